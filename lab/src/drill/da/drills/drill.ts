import type { NamedDrill } from '../../outcome/outcome.ts'
import type { Stage } from '../stage/stage.ts'

/** What a drill did and saw, once the fault is over. */
export interface Played {
  /** How often the fault took effect, counted where it was made: a drill without any has shown nothing. */
  readonly hits: number
  readonly detail: string
  /** What is not as it should be. */
  readonly failures: readonly string[]
  /** Copies of parts that the drill itself had included. */
  readonly injected?: number
  /** Looked at once everything is final. @returns what is not as it should be. */
  readonly after?: () => Promise<readonly string[]>
}

/** One way to break where parts go. */
export interface DaDrill extends NamedDrill {
  /** Layers of both parts, as `--da` takes them. */
  readonly policy: string
  /** Whether it needs time to contest claims, and a node that does. Such drills have stacks of their own. */
  readonly contested?: true
  /** Breaks, looks and heals, while messages keep coming. */
  play(stage: Stage): Promise<Played>
}

/** What is said when something does not hold. */
export const unless = (holds: boolean, reason: string): readonly string[] => (holds ? [] : [reason])
