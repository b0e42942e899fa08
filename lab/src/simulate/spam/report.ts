import { plain } from '@parley/cli'
import type { Persona, Summary } from './books.ts'
import { mapPersonas } from './life.ts'
import { inboxCount, type SpamPreset } from './preset.ts'
import type { RegimeReport, Spammer } from './run.ts'
import type { Trial } from './trial.ts'

/** What must hold with demand gate and bulk pricing. */
export interface Checks {
  /** A delivered invite costs each spammer, by its cheapest strategy, at least 20 times what it costs a consumer. */
  readonly lowReputationSpammerPaysTwentyfold: boolean
  readonly sybilSpammerPaysTwentyfold: boolean
  /** Consumers' median fee while one inbox is flooded is within 10 % of what it is in the same time without the flood. */
  readonly consumersMedianFeeMovesAtMostTenPercent: boolean
  /** Not one other inbox is asked for a wei more or less. */
  readonly otherInboxesFeesDoNotMove: boolean
}

export const required = { ratio: 20, feeMoves: 0.1 } as const

export function checksOf({ spammers, flood }: RegimeReport): Checks {
  const { before, during } = flood.consumersMedianFeeWei
  return {
    lowReputationSpammerPaysTwentyfold: spammers.every(paysEnough('low-reputation spammer')),
    sybilSpammerPaysTwentyfold: spammers.every(paysEnough('sybil spammer')),
    consumersMedianFeeMovesAtMostTenPercent: Math.abs(during - before) <= required.feeMoves * before,
    otherInboxesFeesDoNotMove: flood.others.looks > 0 && flood.others.moved === 0,
  }
}

/** Beside the median consumer and beside all consumers alike. */
const paysEnough =
  (persona: Persona) =>
  ({ persona: own, ratio }: Spammer): boolean =>
    own !== persona || ((ratio.toMedian ?? 0) >= required.ratio && (ratio.toMean ?? 0) >= required.ratio)

/** Everything that is smaller or shorter than in the world, in words. */
export function scaleDowns({ scale, behaviour, attack }: SpamPreset): readonly string[] {
  const inboxes = inboxCount(scale)
  const consumers = Math.round((inboxes * scale.consumersPercent) / 100)
  return [
    `${inboxes} inboxes stand for ${scale.realInboxes}, one for ${scale.factor}; ${consumers} are consumers'.`,
    `All ${inboxes} receive; ${scale.sendingConsumers} consumers and ${behaviour.honest.senders} honest bulk sender send.`,
    `The honest bulk sender sends ${behaviour.honest.invites} invites every ${behaviour.honest.everyDays} days; its stake costs interest on all of them.`,
    `A campaign of a spammer is ${attack.volume} invites, each to another inbox; ${attack.days} of them, on the last days of ${behaviour.lifeDays}.`,
    `The flood is ${attack.flood.invites} invites a period for ${attack.flood.periods} periods into one inbox, not scaled: prices of other inboxes do not hang on how many there are.`,
    'Gas is execution on the L2 at a fixed price; the L1 data fee of an OP Stack chain is not charged.',
    'A block holds whatever is sent at its time; no bound on gas is in the way of a flood.',
  ]
}

/** The object that `--json` prints. Wei beyond 2^53 and all amounts of the contracts are decimal text. */
export function reportOf(preset: SpamPreset, seed: bigint, quick: boolean, regimes: readonly RegimeReport[]) {
  const last = regimes.at(-1) as RegimeReport
  const checks = checksOf(last)
  return plain({
    simulation: 'spam',
    seed,
    preset: preset.name,
    quick,
    parameters: preset,
    scaledDown: scaleDowns(preset),
    regime: last.regime,
    personas: personasOf(preset, last),
    consumersMedianFeeWei: last.flood.consumersMedianFeeWei,
    otherInboxesFees: last.flood.others,
    spammerToConsumerRatio: Object.fromEntries(last.spammers.map(({ persona, ratio }) => [persona, ratio])),
    regimes: regimes.map((regime) => ({
      regime: regime.regime,
      personas: personasOf(preset, regime),
      strategies: regime.trials.map(trialOf),
      flood: regime.flood,
    })),
    checks,
    ok: Object.values(checks).every((holds) => holds),
  })
}

function personasOf(preset: SpamPreset, { personas, spammers }: RegimeReport) {
  const { honestResponses, spamResponses } = preset.behaviour
  const worthOf = (persona: Persona) => (persona === 'honest bulk sender' ? honestResponses : spamResponses)
  return mapPersonas(personas, (summary, persona) => {
    const spammer = spammers.find((each) => each.persona === persona)
    const returnWei = persona === 'consumer' ? null : returnOf(summary, worthOf(persona))
    if (spammer === undefined) return { ...summary, returnWei }
    const { cheapest, chosen, ratio } = spammer
    return { ...summary, returnWei, sendsBy: chosen?.strategy.name ?? null, cheapest: trialOf(cheapest), ratio }
  })
}

const trialOf = ({ strategy, summary, profitWei }: Trial) => ({ ...strategy, ...summary, returnWei: profitWei })

/** Wei: what the delivered invites are worth, less all costs and gas. */
export function returnOf(
  summary: Summary,
  { perMillion, worth }: { readonly perMillion: number; readonly worth: bigint },
): number {
  const { delivered, feesWei, registrationsWei, capitalWei, gasWei } = summary
  return (delivered * perMillion * Number(worth)) / 1e6 - Number(feesWei + registrationsWei + capitalWei + gasWei)
}
