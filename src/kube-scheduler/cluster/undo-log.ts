/** How to take changes back, down to marked points. Nothing is kept while there is no mark. */
export class UndoLog {
  readonly #undo: (() => void)[] = [];
  readonly #marks: number[] = [];

  /** Whether changes have to be taken down. */
  get isOpen(): boolean {
    return this.#marks.length > 0;
  }

  /** Marks this point. Marks nest. */
  mark(): void {
    this.#marks.push(this.#undo.length);
  }

  /** Notes how a change is taken back. */
  record(back: () => void): void {
    if (this.isOpen) this.#undo.push(back);
  }

  /** Takes back everything since the last mark, last change first. */
  revert(): void {
    const mark = this.#marks.pop();
    if (mark === undefined) return;
    while (this.#undo.length > mark) this.#undo.pop()?.();
  }

  /** Keeps everything since the last mark. */
  commit(): void {
    this.#marks.pop();
    if (!this.isOpen) this.#undo.length = 0;
  }
}
