/** Writes what must travel with the bundle: the licences of others, and a bill of materials for users' audits. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { ComponentType, ExternalReferenceType } from "@cyclonedx/cyclonedx-library/Enums";
import { Bom, Component, ExternalReference, LicenseExpression, SpdxLicense } from "@cyclonedx/cyclonedx-library/Models";
import { JSON as CycloneJson, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import { allowedLicences, type BundledPackage, isAllowed } from "./bundled.ts";

/** Our own package, as it is named in the bill. */
export interface Shipped {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** Writes `THIRD-PARTY-NOTICES.txt` and `sbom.cdx.json`. Throws when a package's licence is not on the list. */
export function writeNotices(packages: readonly BundledPackage[], shipped: Shipped): void {
  const refused = packages.filter((one) => !isAllowed(one.license, allowedLicences));
  if (refused.length > 0) {
    const list = refused.map((one) => `${one.name} ${one.version} (${one.license})`).join(", ");
    throw new Error(`licences outside the list of scripts/bundled.ts: ${list}`);
  }
  writeFileSync(`${shipped.folder}/THIRD-PARTY-NOTICES.txt`, noticesText(packages));
  writeFileSync(`${shipped.folder}/sbom.cdx.json`, billOf(packages, shipped));
}

/** The licences of others, each text once, under the packages that it is of. */
export function noticesText(packages: readonly BundledPackage[]): string {
  const byText = new Map<string, string[]>();
  for (const one of packages) {
    const title = `${one.name} ${one.version} (${one.license})`;
    const texts =
      one.texts.length === 0
        ? ["(its package holds no text; the licence's own applies)"]
        : one.texts.map((t) => t.text);
    const text = texts.join("\n\n");
    byText.set(text, [...(byText.get(text) ?? []), title]);
  }
  const parts = Array.from(byText, ([text, titles]) => `${titles.join("\n")}\n\n${text}\n`);
  return `Dovetail contains code of these packages, under their licences.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

/** A CycloneDX 1.6 bill; the same packages give the same bytes. */
export function billOf(packages: readonly BundledPackage[], { name, version }: Shipped): string {
  const bom = new Bom();
  const own = new Component(ComponentType.Application, name, { version, purl: purlOf(name, version) });
  own.bomRef.value = purlOf(name, version);
  own.licenses.add(new SpdxLicense("Apache-2.0"));
  bom.metadata.component = own;
  for (const one of packages) {
    const component = new Component(ComponentType.Library, one.name.replace(/^@[^/]+\//, ""), {
      ...(one.name.startsWith("@") ? { group: one.name.split("/")[0] } : {}),
      version: one.version,
      purl: purlOf(one.name, one.version),
    });
    component.bomRef.value = purlOf(one.name, one.version);
    component.licenses.add(/\s/.test(one.license) ? new LicenseExpression(one.license) : new SpdxLicense(one.license));
    if (one.homepage !== undefined) {
      component.externalReferences.add(new ExternalReference(one.homepage, ExternalReferenceType.Website));
    }
    bom.components.add(component);
    own.dependencies.add(component.bomRef);
  }
  bom.serialNumber = serialOf(packages.map((one) => purlOf(one.name, one.version)));
  const serializer = new JsonSerializer(new CycloneJson.Normalize.Factory(Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 1 })}\n`;
}

function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

// A serial number by content: a build that is made again is the same.
function serialOf(parts: readonly string[]): string {
  const hex = createHash("sha256").update(parts.join("\n")).digest("hex");
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
