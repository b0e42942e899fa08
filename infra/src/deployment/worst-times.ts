import { InfraError } from '../faults.ts'
import type { Preset } from './presets.ts'

/** How long things take when everybody who may delay them does. Seconds. */
export interface WorstTimes {
  /** From a claim to its finality, its parents' included. */
  readonly finality: number
  /** From a wrong claim whose data is there until it is gone: one transaction of anybody who verifies. */
  readonly provenWrong: number
  /** From a claim whose data is withheld and not answered until it is gone. */
  readonly unanswered: number
  /** From a claim whose data is withheld but answered, round by round, until a proof removes it. */
  readonly answered: number
  /** From a transaction that forces a withdrawal to the payment, while the sequencer does what it must. */
  readonly exit: number
  /** The same while the sequencer does nothing. */
  readonly exitBySilence: number
  /** From the announcement of rules until they hold, less what an exit takes while the sequencer does nothing. */
  readonly upgradeMargin: number
}

/** The list of blocks, the first pages, the other pages. */
const roundsOfAsking = 3

/**
 * @param forcedInclusion - Seconds within which the L2 includes a transaction that its sequencer refuses.
 * @see docs/security.md#how-long-things-take-at-worst
 */
export function worstTimes(preset: Preset, forcedInclusion: number): WorstTimes {
  const { windows, contest, challengeAfter } = preset
  const finality = Math.max(windows.challenge, windows.data + windows.answer + windows.proof)
  const asking = challengeAfter + forcedInclusion
  // Forcing, declaring and rescuing are a transaction each; finalising and withdrawing wait together.
  const exitBySilence = contest.silenceLimit + contest.notice + finality + 4 * forcedInclusion
  return {
    finality,
    provenWrong: forcedInclusion,
    unanswered: asking + windows.answer + forcedInclusion,
    answered: challengeAfter + roundsOfAsking * (forcedInclusion + windows.answer) + forcedInclusion,
    exit: 2 * forcedInclusion + Number(preset.forceDelayMs / 1000n) + finality,
    exitBySilence,
    upgradeMargin: preset.upgradeNotice - exitBySilence,
  }
}

/** Seconds beyond finality for which batchers want data kept, so that one may begin to verify late. */
const lateVerifier = 86_400

/** Seconds from a claim for which its data may have to be shown. @see docs/spec/da-committee.md#claims */
function contestable({ windows }: Preset): number {
  return Math.max(windows.challenge, windows.data + windows.answer) + windows.proof
}

/** Seconds from a claim for which a layer must serve its data. */
export const dataNeededFor = (preset: Preset): number => contestable(preset) + lateVerifier

/**
 * Refuses windows that censorship by the L2's sequencer outlasts. The contracts cannot know how long that is.
 * @throws {InfraError} `WINDOW_TOO_SHORT` with the field and its bound.
 */
export function checkWindows(preset: Preset): void {
  const { windows, forcedInclusion, challengeAfter } = preset
  const demand = (field: string, seconds: number, minimum: number): void => {
    if (seconds < minimum) throw new InfraError({ code: 'WINDOW_TOO_SHORT', field, seconds, minimum })
  }
  // One second more: what arrives with the window's end is late.
  demand('windows.answer', windows.answer, forcedInclusion + 1)
  demand('windows.proof', windows.proof, forcedInclusion + 1)
  demand('windows.challenge', windows.challenge, forcedInclusion + 1)
  // The contracts refuse it, and what can be asked for can be proven.
  demand('windows.challenge', windows.challenge, windows.data)
  demand('windows.data', windows.data, challengeAfter + roundsOfAsking * (forcedInclusion + windows.answer))
  demand('committee.answerWindow', preset.committee.answerWindow, forcedInclusion + 1)
  const { answerWindow, grace, maxRetention } = preset.committee
  // Between an attestation and its claim time passes, too: as much as an epoch's certificates are given after its end.
  demand('committee.maxRetention', maxRetention, contestable(preset) + Math.max(answerWindow + grace, lateVerifier))
  demand('contest.notice', preset.contest.notice, forcedInclusion)
  demand('upgradeNotice', preset.upgradeNotice, worstTimes(preset, forcedInclusion).exitBySilence)
}
