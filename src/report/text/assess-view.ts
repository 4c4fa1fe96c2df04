import type { AssessResult } from "../../app/assess/assess.ts";

/** How an assessment is drawn. */
export interface AssessView {
  readonly columns: number;
  readonly isColour?: boolean;
  readonly isAll?: boolean;
  /** So many of a kind are shown; 5 where nothing is said. */
  readonly most?: number;
  /** The assessment with the findings that were asked to be left out: the answer is about them too. */
  readonly whole?: AssessResult;
  /** Options that name the source again, for the commands that are suggested: `--from dumps/`. */
  readonly sourceOptions: string;
}
