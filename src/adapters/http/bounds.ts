/** What one exchange with a server may take. Everything that reaches such a bound ends as a fault that names it. */
export interface HttpBounds {
  /** Until a connection stands, through proxies and TLS. */
  readonly connectMs: number;
  /** Without a byte: for the head of an answer, and within its body. */
  readonly silenceMs: number;
  /** A body that brings fewer than `minBytes` in this long is not going to end. */
  readonly paceMs: number;
  readonly minBytes: number;
  /** One exchange from its first byte to its last. */
  readonly wholeMs: number;
  /** A call with its repetitions: none begins that could not end within it. */
  readonly callMs: number;
  /** The silence that is borne from a server that was silent before. */
  readonly doubtMs: number;
  /** Bytes of one answer, packed or not. */
  readonly maxBytes: number;
  /** How deep brackets or elements of one answer may lie within each other. */
  readonly maxDepth: number;
}

/**
 * Bounds for reads. A page of 500 pods is 5 MB; the API server itself gives up on a read after 60 s, AWS sooner.
 */
export const readBounds: HttpBounds = {
  connectMs: 10_000,
  silenceMs: 30_000,
  paceMs: 15_000,
  minBytes: 4_096,
  wholeMs: 120_000,
  callMs: 60_000,
  doubtMs: 5_000,
  maxBytes: 64 * 2 ** 20,
  maxDepth: 500,
};

/**
 * Bounds for writes. A write that is given up on may have been done, so it is given the time that the API server gives its admission
 * webhooks (60 s) and some more, and no second try of ours.
 */
export function writeBounds(bounds: HttpBounds): HttpBounds {
  const silenceMs = Math.max(bounds.silenceMs, Math.round(bounds.callMs * 1.25));
  return { ...bounds, silenceMs, callMs: silenceMs };
}

/** Bounds for one more read from a server that was silent before. */
export function doubtfulBounds(bounds: HttpBounds): HttpBounds {
  const least = (ms: number): number => Math.min(ms, bounds.doubtMs);
  return {
    ...bounds,
    connectMs: least(bounds.connectMs),
    silenceMs: least(bounds.silenceMs),
    paceMs: least(bounds.paceMs),
    callMs: least(bounds.callMs),
  };
}
