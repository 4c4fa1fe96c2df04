#!/usr/bin/env node
import { main } from "../dist/main.js";

process.env["DOVETAIL_CALLED_AS"] ??= "kubectl dovetail";
process.exitCode = await main(process.argv.slice(2));
