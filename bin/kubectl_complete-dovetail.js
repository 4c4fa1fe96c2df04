#!/usr/bin/env node
// `kubectl dovetail <TAB>`: kubectl calls this with the words after the plugin's name.
import { main } from "../dist/main.js";

process.exitCode = await main(["complete", "--", ...process.argv.slice(2)]);
