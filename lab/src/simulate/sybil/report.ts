import { plain } from '@parley/cli'
import type { SybilRun } from './run.ts'
import type { SybilOptions } from './stage.ts'

/** What must hold, whatever is outside of Parley. Held against what gateway and contracts did, not against their settings. */
export interface SybilChecks {
  /** Nobody is given more at once than the tier, nor more in *n* days than n + 1 times that. */
  readonly tiersHold: boolean
  /** The proofs of one account give what the best of them gives. */
  readonly proofsOfOneAccountDoNotAdd: boolean
  /** Many identities get and pay as many times as much as one does. */
  readonly manyGainNothing: boolean
  /** A unit of the low stake is no cheaper than one of the high. */
  readonly splittingStakeGainsNothing: boolean
  /** What is at stake is worth what is given in a day, so that who is found out within it has paid as a consumer does. */
  readonly stakeCoversADay: boolean
  /** A conversation gives no more for its units than funds do for theirs. */
  readonly unitIsWorthWhatItSays: boolean
  /** Whom a list names is given nothing more. */
  readonly listedGetNothing: boolean
  /** However many there are, who proves nothing and who is only old get together no more than the gateway's windows of all. */
  readonly freeAreBounded: boolean
}

/** Rounding of what was divided. */
const tolerance = 1e-4

export function checksOf({ worth, ways, many, together, listed, unproven }: SybilRun): SybilChecks {
  const stakes = ways.filter(({ proof }) => proof === 'stake')
  const perUnit = stakes.map(({ cost, unitsPerDay }) => Number(cost.boundWei) / unitsPerDay)
  return {
    tiersHold: ways.every(
      ({ unitsPerDay, unitsAtOnce, units, days }) => unitsAtOnce <= unitsPerDay && units <= unitsPerDay * (days + 1),
    ),
    proofsOfOneAccountDoNotAdd: together.units <= together.tier,
    manyGainNothing: many.every(({ way, identities, units }) => {
      const one = ways.find((each) => each.way === way)
      return one !== undefined && units <= identities * one.unitsAtOnce
    }),
    splittingStakeGainsNothing: perUnit.length > 1 && perUnit.every((each) => each >= (perUnit.at(-1) as number)),
    stakeCoversADay: stakes.every(({ stakeCoversDays }) => (stakeCoversDays ?? 0) >= 1 - tolerance),
    unitIsWorthWhatItSays: worth.unit.by === 'funds',
    listedGetNothing: listed.length > 0 && listed.every(({ refused }) => refused === 'PROOF_INVALID'),
    freeAreBounded: unproven.units <= unproven.bound && unproven.aged === 'ALLOWANCE_EMPTY',
  }
}

/** The object that `--json` prints: amounts of the contracts are decimal text. */
export function reportOf({ preset, settings, bounds }: SybilOptions, quick: boolean, run: SybilRun) {
  const checks = checksOf(run)
  const { market, ...assumed } = preset
  const { behaviour, contracts } = market
  return plain({
    simulation: 'sybil',
    quick,
    parameters: {
      gateway: { ...settings, ...bounds },
      l3: { fees: assumed.fees, prices: assumed.prices },
      contracts,
      assumed: {
        days: assumed.days,
        consumerMessagesPerDay: assumed.consumerMessagesPerDay,
        consumerLifeDays: behaviour.lifeDays,
        capitalPercent: behaviour.capitalPercent,
      },
    },
    consumer: run.worth.consumer,
    unit: run.worth.unit,
    ways: run.ways,
    many: run.many,
    together: run.together,
    listed: run.listed,
    unproven: run.unproven,
    checks,
    ok: Object.values(checks).every((holds) => holds),
  })
}
