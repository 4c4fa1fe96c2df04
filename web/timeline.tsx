import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Frame, RecordedEvent, Recording } from "../src/app/observe/frame.ts";
import { duration } from "./stages.tsx";

const framesPerSecond = 8;

/** Node counts, cost and pending pods over time, and a scrubber through the frames. */
export function Timeline({ timeline }: { readonly timeline: Recording }) {
  const { frames, events } = timeline;
  const [at, setAt] = useState(frames.length - 1);
  const [isPlaying, setPlaying] = useState(false);
  const parts = useMemo(() => partsOf(events), [events]);
  const frame = frames[at];
  useEffect(() => {
    if (!isPlaying) return;
    if (at >= frames.length - 1) return setPlaying(false);
    const timer = setTimeout(() => setAt(at + 1), 1000 / framesPerSecond);
    return () => clearTimeout(timer);
  }, [isPlaying, at, frames.length]);
  if (frame === undefined) return null;
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const recent = events.filter((event) => event.atSeconds <= frame.atSeconds).slice(-6);
  return (
    <>
      <Charts frames={frames} parts={parts} atSeconds={frame.atSeconds} />
      <Parts events={events} />
      <div class="scrubber">
        {!isStill && (
          <button
            type="button"
            onClick={() => {
              if (at >= frames.length - 1) setAt(0);
              setPlaying(!isPlaying);
            }}
          >
            {isPlaying ? "pause" : "play"}
          </button>
        )}
        <input
          type="range"
          min={0}
          max={frames.length - 1}
          value={at}
          aria-label="moment of the migration"
          aria-valuetext={`${duration(frame.atSeconds)} after the start`}
          onInput={(event) => setAt(Number(event.currentTarget.value))}
        />
        <output>{duration(frame.atSeconds)} after the start</output>
      </div>
      <FrameView frame={frame} />
      <ol class="events" aria-label="last events">
        {recent.map((event, i) => (
          <li key={`${event.atSeconds} ${i}`}>
            <span class="note">{duration(event.atSeconds)}</span> {event.text}
          </li>
        ))}
      </ol>
    </>
  );
}

function FrameView({ frame }: { readonly frame: Frame }) {
  const old = frame.nodes.filter((node) => !node.isKarpenter).length;
  return (
    <>
      <p>
        {old} nodes of node groups, {frame.nodes.length - old} of Karpenter, {frame.pendingPods} pods pending
        {frame.placeholderPods > 0 && `, room for ${frame.placeholderPods} more being brought up`}
        {frame.usdPerHour === undefined ? ", cost unknown" : `, ${frame.usdPerHour.toFixed(2)} USD/h`}
      </p>
      <ul class="nodes small">
        {frame.nodes.map((node) => {
          const label = `${node.name} (${node.owner}): ${node.state}, ${node.pods} pods, ${Math.round(node.cpuShare * 100)} % of cpu requested`;
          return (
            <li key={node.name} class={`node ${node.isKarpenter ? "new" : ""} ${node.state}`} title={label}>
              <div class="bar" role="img" aria-label={label}>
                <span class="pod" style={{ width: `${Math.min(100, node.cpuShare * 100)}%` }} />
              </div>
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** A line across the charts where a part begins. Stages and rollbacks are numbered, as in the list below the charts. */
interface PartLine {
  readonly minutes: number;
  readonly number: number | undefined;
}

function partsOf(events: readonly RecordedEvent[]): readonly PartLine[] {
  const numbered = events.filter(isNumbered);
  return events.flatMap((event) =>
    event.begins === undefined
      ? []
      : [{ minutes: event.atSeconds / 60, number: isNumbered(event) ? numbered.indexOf(event) + 1 : undefined }],
  );
}

function isNumbered(event: RecordedEvent): boolean {
  return event.begins === "stage" || event.begins === "rollback";
}

function Parts({ events }: { readonly events: readonly RecordedEvent[] }) {
  const numbered = events.filter(isNumbered);
  if (numbered.length === 0) return null;
  const hasWaves = events.some((event) => event.begins === "wave");
  return (
    <>
      <p class="note">
        Numbered lines: a stage begins, or a rollback{hasWaves ? "; dashed lines: a wave of nodes begins" : ""}. All
        axes begin at 0.
      </p>
      <ol class="parts note">
        {numbered.map((event, i) => (
          <li key={i}>
            {event.text}, after {duration(event.atSeconds)}
          </li>
        ))}
      </ol>
    </>
  );
}

/** The heights at which an axis of whole things may have its ticks. */
const wholes = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

function Charts({
  frames,
  parts,
  atSeconds,
}: {
  readonly frames: readonly Frame[];
  readonly parts: readonly PartLine[];
  readonly atSeconds: number;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const cursor = useRef(atSeconds);
  const plots = useRef<uPlot[]>([]);
  useEffect(() => {
    const parent = holder.current;
    if (parent === null) return;
    const width = Math.max(280, parent.clientWidth);
    const colours = getComputedStyle(document.documentElement);
    const colour = (name: string) => colours.getPropertyValue(name).trim();
    const minutes = frames.map((frame) => frame.atSeconds / 60);
    const axis = { stroke: colour("--ink"), grid: { stroke: colour("--line") }, ticks: { stroke: colour("--line") } };
    const stepped = uPlot.paths.stepped?.({ align: 1 });
    const series = (label: string, name: string) => ({
      label,
      stroke: colour(name),
      width: 2,
      points: { show: false },
      ...(stepped ? { paths: stepped } : {}),
    });
    const drawParts = (plot: uPlot) => {
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.strokeStyle = colour("--soft");
      ctx.fillStyle = colour("--soft");
      ctx.textBaseline = "top";
      // Numbers of lines that stand side by side go one below the other.
      let [last, below] = [Number.NEGATIVE_INFINITY, 0];
      for (const part of parts) {
        const x = Math.round(plot.valToPos(part.minutes, "x", true));
        ctx.setLineDash(part.number === undefined ? [2, 4] : []);
        ctx.globalAlpha = part.number === undefined ? 0.5 : 0.8;
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        if (part.number === undefined) continue;
        below = x - last < 14 * devicePixelRatio ? below + 11 * devicePixelRatio : 0;
        last = x;
        ctx.fillText(String(part.number), x + 3, bbox.top + below);
      }
      ctx.restore();
    };
    const mark = (plot: uPlot) => {
      const x = Math.round(plot.valToPos(cursor.current / 60, "x", true));
      plot.ctx.fillStyle = colour("--ink");
      plot.ctx.fillRect(x, plot.bbox.top, 1, plot.bbox.height);
    };
    const make = (title: string, lines: uPlot.Series[], data: (number | null)[][], incrs?: number[]) =>
      new uPlot(
        {
          title,
          width,
          height: 240,
          scales: { x: { time: false }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] } },
          axes: [
            { ...axis, label: "minutes" },
            { ...axis, space: 24, ...(incrs === undefined ? {} : { incrs }) },
          ],
          series: [{ label: "minutes" }, ...lines],
          hooks: { drawAxes: [drawParts], draw: [mark] },
        },
        [minutes, ...data] as uPlot.AlignedData,
        parent,
      );
    plots.current = [
      make(
        "nodes",
        [series("node groups", "--old"), series("Karpenter", "--new")],
        [
          frames.map((frame) => frame.nodes.filter((node) => !node.isKarpenter).length),
          frames.map((frame) => frame.nodes.filter((node) => node.isKarpenter).length),
        ],
        wholes,
      ),
      make(
        "pods that wait",
        [series("pending pods", "--bad"), series("room being brought up (placeholders)", "--daemon")],
        [frames.map((frame) => frame.pendingPods), frames.map((frame) => frame.placeholderPods)],
        wholes,
      ),
    ];
    if (frames.some((frame) => frame.usdPerHour !== undefined)) {
      plots.current.push(
        make("cost, USD/h", [series("cost", "--new")], [frames.map((frame) => frame.usdPerHour ?? null)]),
      );
    }
    return () => plots.current.forEach((plot) => plot.destroy());
  }, [frames, parts]);
  useEffect(() => {
    cursor.current = atSeconds;
    plots.current.forEach((plot) => plot.redraw(false));
  }, [atSeconds]);
  return (
    <div
      class="charts"
      ref={holder}
      role="img"
      aria-label="nodes, pending pods and cost over time; the figures at each moment stand below"
    />
  );
}
