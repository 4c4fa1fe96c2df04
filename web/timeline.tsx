import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Frame, Recording } from "../src/app/observe/frame.ts";
import { duration } from "./stages.tsx";

const framesPerSecond = 8;

/** Node counts, cost and pending pods over time, and a scrubber through the frames. */
export function Timeline({ timeline }: { readonly timeline: Recording }) {
  const { frames, events } = timeline;
  const [at, setAt] = useState(frames.length - 1);
  const [isPlaying, setPlaying] = useState(false);
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
      <Charts frames={frames} atSeconds={frame.atSeconds} />
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

function Charts({ frames, atSeconds }: { readonly frames: readonly Frame[]; readonly atSeconds: number }) {
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
    const mark = (plot: uPlot) => {
      const x = Math.round(plot.valToPos(cursor.current / 60, "x", true));
      plot.ctx.fillStyle = colour("--ink");
      plot.ctx.fillRect(x, plot.bbox.top, 1, plot.bbox.height);
    };
    const make = (title: string, lines: uPlot.Series[], data: (number | null | undefined)[][]) =>
      new uPlot(
        {
          title,
          width,
          height: 180,
          scales: { x: { time: false } },
          axes: [{ ...axis, label: "minutes" }, axis],
          series: [{ label: "minutes" }, ...lines],
          hooks: { draw: [mark] },
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
      ),
      make("pending pods", [series("pending", "--bad")], [frames.map((frame) => frame.pendingPods)]),
    ];
    if (frames.some((frame) => frame.usdPerHour !== undefined)) {
      plots.current.push(
        make("cost, USD/h", [series("cost", "--new")], [frames.map((frame) => frame.usdPerHour ?? null)]),
      );
    }
    return () => plots.current.forEach((plot) => plot.destroy());
  }, [frames]);
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
