import type { Context } from '../../context.ts'
import type { NamedDrill, Outcome } from './outcome.ts'

/** Drills that share a stack. */
export interface DrillFamily {
  readonly name: string
  readonly drills: readonly NamedDrill[]
  /**
   * Runs some of its drills, in their order, on stacks in a directory.
   * @param tell - Given each outcome once it is there.
   */
  run(context: Context, dataDir: string, names: readonly string[], tell: (outcome: Outcome) => void): Promise<void>
}
