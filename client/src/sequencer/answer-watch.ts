import type { Clock } from '@parley/runtime'

export interface AnswerWatchOptions {
  /** Milliseconds within which each frame is answered. */
  readonly answerTimeoutMs: number
  /** Milliseconds without a sign of a server that has given one before. */
  readonly silenceMs: number
}

/** When what a connection owes was sent and heard. */
export interface Owed {
  /** When the oldest frame without an answer was sent; undefined while all are answered. Milliseconds since 1970. */
  readonly oldestSentAt: number | undefined
  /** When the server's last sign of life came, beside answers; undefined where it gives none. */
  readonly heardAt: number | undefined
}

/**
 * Waits until a connection is dead although nobody closed it: a path that forwards nothing more says nothing of it.
 * @returns why it counts as dead. @throws the signal's reason.
 */
export async function untilDead(
  clock: Clock,
  owed: () => Owed,
  { answerTimeoutMs, silenceMs }: AnswerWatchOptions,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    const { oldestSentAt, heardAt } = owed()
    const now = clock.elapsed()
    const untilLate = (oldestSentAt ?? now) + answerTimeoutMs - now
    if (untilLate <= 0) return `no answer within ${answerTimeoutMs} ms`
    const untilSilent = (heardAt ?? now) + silenceMs - now
    if (untilSilent <= 0) return `nothing heard for ${silenceMs} ms`
    // Whatever is sent meanwhile is due later than this.
    await clock.sleep(Math.min(untilLate, untilSilent), signal)
  }
}
