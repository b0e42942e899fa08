import type { Clock } from '@parley/runtime'
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

const compact = new Intl.NumberFormat('en', { notation: 'compact' })

/**
 * One line that says how far the five levels have come. Where `columns` do not hold it, block numbers go, then spaces, then
 * separators, and only then digits: all five levels are there in any width from 79 on, each message of them up to 9,999,999.
 */
export function progressLine(tracker: FinalityTracker, columns = Number.POSITIVE_INFINITY): string {
  const line = (count: (messages: number) => string, withBlocks: boolean, arrow = ' → '): string =>
    levels
      .map((level) => {
        const { messages, block } = tracker.state(level)
        return `${level} ${count(messages)}${withBlocks && block > 0n ? ` (#${block})` : ''}`
      })
      .join(arrow)
  const whole = (messages: number): string => messages.toLocaleString('en')
  const forms = [
    `messages ${line(whole, true)}`,
    line(whole, true),
    line(whole, false),
    line(whole, false, '→'),
    line(String, false, '→'),
    line(compact.format, false),
  ]
  return forms.find((form) => form.length <= columns) ?? (forms.at(-1) as string)
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
    const line = progressLine(tracker, terminal ? (screen.columns ?? 80) - 1 : undefined)
    // On a terminal a log entry may have taken the place of what was shown.
    if (terminal) screen.write(`${clearLine}${line.slice(0, (screen.columns ?? 80) - 1)}`)
    else if (line !== shown) screen.write(`${line}\n`)
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
