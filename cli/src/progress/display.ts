import type { Clock } from '@parley/protocol'
import { type FinalityTracker, levels } from './finality.ts'

/** The part of a terminal or file that progress is shown on. */
export interface Screen {
  readonly isTTY?: boolean
  /** Width of the terminal. */
  readonly columns?: number
  write(text: string): void
}

const refreshMs = { terminal: 200, file: 5_000 }
const clearLine = '\r\u001b[2K'

/** One line that says how far the five levels have come. */
export function progressLine(tracker: FinalityTracker): string {
  const parts = levels.map((level) => {
    const { messages, block } = tracker.state(level)
    return `${level} ${messages.toLocaleString('en')}${block > 0n ? ` (#${block})` : ''}`
  })
  return `messages ${parts.join(' → ')}`
}

/** Shows progress until `signal`: rewritten in place on a terminal, a line now and then elsewhere when something moved. */
export async function showProgress(
  deps: { readonly tracker: FinalityTracker; readonly screen: Screen; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const { tracker, screen, clock } = deps
  const terminal = screen.isTTY === true
  let shown = ''
  const show = (): void => {
    const line = progressLine(tracker)
    if (line !== shown)
      screen.write(terminal ? `${clearLine}${line.slice(0, (screen.columns ?? 80) - 1)}` : `${line}\n`)
    shown = line
  }
  while (!signal.aborted) {
    show()
    try {
      await clock.sleep(terminal ? refreshMs.terminal : refreshMs.file, signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
  show()
  if (terminal) screen.write('\n')
}
