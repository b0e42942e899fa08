import type { CategoryPlot, LinePlot, Page, Section, Table } from '../../page/index.ts'
import type { Persona } from './books.ts'
import { median } from './books.ts'
import { inboxCount, type SpamPreset } from './preset.ts'
import { checksOf, required, returnOf, scaleDowns } from './report.ts'
import type { RegimeReport } from './run.ts'

const gwei = 1e9
const inGwei = (wei: number | null | undefined): number | undefined =>
  wei === null || wei === undefined || !Number.isFinite(wei) ? undefined : wei / gwei

/** A logarithmic axis has no place for nothing. */
const positive = (value: number | undefined): number | undefined =>
  value === undefined || value <= 0 ? undefined : value

const spammers = ['low-reputation spammer', 'sybil spammer'] as const
const personas: readonly Persona[] = ['consumer', 'honest bulk sender', ...spammers]

export interface SpamPageOptions {
  readonly preset: SpamPreset
  readonly seed: bigint
  readonly quick: boolean
}

/** Makes the page of a simulation. */
export function spamPage(options: SpamPageOptions, regimes: readonly RegimeReport[]): Page {
  const { preset, seed, quick } = options
  const last = regimes.at(-1) as RegimeReport
  const checks = Object.values(checksOf(last))
  return {
    title: 'What spam costs',
    text: [
      'Consumers, an honest bulk sender, a spammer of low reputation and a sybil spammer invite through the same contracts, on a chain of their own, under four regimes: no fee, a flat fee, the demand gate, and the demand gate with bulk pricing and reputation.',
      `Spammers know all prices: each tries every strategy below and sends by the one that earns most, or not at all. ${checks.filter((holds) => holds).length} of ${checks.length} requirements hold.${quick ? ' This was a quick run: good for looking, not for citing.' : ''}`,
    ],
    facts: [
      ['preset', `${preset.name}: ${preset.about}`],
      ['seed', String(seed)],
      ...scaleDowns(preset).map((text) => ['scaled down', text] as const),
      ...parameterFacts(preset),
    ],
    sections: [
      { title: 'What an invite costs', text: [costText], parts: [costPlot(regimes), personaTable(preset, last)] },
      { title: 'What spam earns', text: [], parts: [returnPlot(preset, regimes), deliveriesPlot(regimes)] },
      strategySection(last),
      floodSection(preset, regimes),
      { title: 'Prices over time', text: [], parts: [pricesPlot(preset, regimes), lifePlot(preset, regimes)] },
    ],
  }
}

const costText =
  'All costs of a delivered invite: fees, registrations, and what stakes would have earned elsewhere. Gas is kept apart. For spammers: by the strategy that makes it cheapest, carried out whatever it costs.'

function parameterFacts({ contracts, behaviour }: SpamPreset): readonly (readonly [string, string])[] {
  const { curve, bulk, reputation } = contracts
  const days = (seconds: number): string => `${seconds / 86_400} days`
  return [
    [
      'demand',
      `from ${inGwei(Number(curve.minFee))} gwei; ${curve.target} invites in ${curve.period} s leave it; ${curve.fraction} more: × e`,
    ],
    ['registration', `${inGwei(Number(contracts.registrationFee))} gwei`],
    [
      'bulk pricing',
      `unit ${inGwei(Number(bulk.unit))} gwei; ${bulk.invites} invites and ${bulk.senders} hidden ones in ${bulk.epoch} s are flat; steepness ${bulk.steepness}`,
    ],
    [
      'reputation',
      `a newcomer pays ${reputation.newcomer / 10_000} units; full repute after ${days(reputation.maturity)}, or vouched for`,
    ],
    [
      'assumed',
      `a consumer sends ${behaviour.consumerInvitesPerWeek} invites a week for ${behaviour.lifeDays} days; ${behaviour.reportPercent} % report spam, within ${behaviour.readWithin / 3_600} h; ${behaviour.reportsToList} reports make a sybil`,
    ],
  ]
}

function costPlot(regimes: readonly RegimeReport[]): CategoryPlot {
  const ofSpammer = ({ spammers: own }: RegimeReport, persona: Persona): number | undefined =>
    inGwei(own.find((each) => each.persona === persona)?.cheapest.summary.costPerDelivered.meanWei)
  const cost = (regime: RegimeReport, persona: Persona): number | undefined =>
    ofSpammer(regime, persona) ?? inGwei(regime.personas[persona].costPerDelivered.medianWei)
  return {
    kind: 'bars',
    caption: 'Cost of a delivered invite; no bar where it costs nothing',
    x: 'regime',
    categories: regimes.map(({ regime }) => regime),
    y: { label: 'gwei', scale: 'log' },
    limit: limitOf(regimes),
    series: personas.map((persona) => ({
      name: persona,
      points: regimes.map((regime) => positive(cost(regime, persona))),
    })),
  }
}

/** What spam must cost at least. */
function limitOf(regimes: readonly RegimeReport[]): { readonly label: string; readonly at: number } {
  const { medianWei } = (regimes.at(-1) as RegimeReport).personas.consumer.costPerDelivered
  return { label: `${required.ratio} × a consumer’s`, at: required.ratio * (inGwei(medianWei) ?? 0) }
}

function personaTable(preset: SpamPreset, { regime, personas: all, spammers: own }: RegimeReport): Table {
  const columns = [
    'persona',
    'sent',
    'delivered',
    'refused',
    'priced out',
    'cost, gwei',
    'gas, gwei',
    'return, gwei',
    '× median consumer',
  ]
  const median = all.consumer.costPerDelivered.medianWei
  const { honestResponses, spamResponses } = preset.behaviour
  return {
    kind: 'table',
    caption: `Personas with ${regime}; cost and gas are of a delivered invite, on average; the median consumer pays ${inGwei(median) ?? 0} gwei`,
    columns,
    rows: personas.map((persona) => {
      const summary = all[persona]
      const spammer = own.find((each) => each.persona === persona)
      const worth = persona === 'honest bulk sender' ? honestResponses : spamResponses
      const cost = summary.costPerDelivered.meanWei ?? spammer?.cheapest.summary.costPerDelivered.meanWei ?? null
      return [
        persona,
        summary.sent,
        summary.delivered,
        summary.refused,
        summary.pricedOut,
        inGwei(cost),
        inGwei(summary.gasPerDeliveredWei ?? spammer?.cheapest.summary.gasPerDeliveredWei),
        persona === 'consumer' ? undefined : inGwei(returnOf(summary, worth)),
        timesOf(cost, median),
      ]
    }),
  }
}

const timesOf = (cost: number | null, median: number | null): number | undefined =>
  cost === null || median === null || median === 0 ? undefined : cost / median

/** By the strategy that earns most, or loses least. */
function returnPlot({ behaviour }: SpamPreset, regimes: readonly RegimeReport[]): CategoryPlot {
  const { perMillion, worth } = behaviour.spamResponses
  const costOf = ({ trials }: RegimeReport, persona: Persona): number | undefined => {
    const own = trials.filter(({ strategy }) => strategy.persona === persona)
    const best = own.reduce((most, trial) => (trial.profitWei > most.profitWei ? trial : most))
    const { costPerDelivered, gasPerDeliveredWei } = best.summary
    return inGwei((costPerDelivered.meanWei ?? 0) + (gasPerDeliveredWei ?? 0))
  }
  return {
    kind: 'bars',
    caption: 'What a delivered spam costs its sender, gas included, beside what it is worth',
    x: 'regime',
    categories: regimes.map(({ regime }) => regime),
    y: { label: 'gwei', scale: 'log' },
    limit: { label: 'worth; above it nobody sends', at: (perMillion * Number(worth)) / 1e6 / gwei },
    series: spammers.map((persona) => ({ name: persona, points: regimes.map((regime) => costOf(regime, persona)) })),
  }
}

function deliveriesPlot(regimes: readonly RegimeReport[]): CategoryPlot {
  return {
    kind: 'bars',
    caption: 'Delivered invites over the whole life; spam on its last days only',
    x: 'regime',
    categories: regimes.map(({ regime }) => regime),
    y: { label: 'invites', scale: 'log' },
    series: personas.map((persona) => ({
      name: persona,
      points: regimes.map((regime) => positive(regime.personas[persona].delivered)),
    })),
  }
}

function strategySection(last: RegimeReport): Section {
  const consumer = last.personas.consumer.costPerDelivered.medianWei
  const rows = [...last.trials]
    .sort((a, b) => (a.summary.costPerDelivered.meanWei ?? 0) - (b.summary.costPerDelivered.meanWei ?? 0))
    .map(({ strategy, summary, profitWei }) => {
      const { meanWei } = summary.costPerDelivered
      const ratio = timesOf(meanWei, consumer)
      return [strategy.name, summary.delivered, inGwei(meanWei), ratio, inGwei(profitWei)] as const
    })
  return {
    title: `Strategies with ${last.regime}, the cheapest first`,
    text: [
      'Addresses are new or registered, aged until their age alone makes for full repute, or staked; they stay within what the network lets everyone do at a flat price or go beyond it; they send in two epochs within two seconds, before anybody can report them, or go on until they are listed.',
    ],
    parts: [
      {
        kind: 'table',
        caption: 'One campaign by each strategy, carried out whatever it costs',
        columns: ['strategy', 'delivered', 'cost of one, gwei', '× median consumer', 'return, gwei'],
        rows,
      },
    ],
  }
}

function floodSection(preset: SpamPreset, regimes: readonly RegimeReport[]): Section {
  const { invites, periods } = preset.attack.flood
  const last = regimes.at(-1) as RegimeReport
  const { others } = last.flood
  return {
    title: 'One inbox is flooded',
    text: [
      `${invites} invites each ${preset.contracts.curve.period} s, ${periods} times, into one of ${inboxCount(preset.scale)} inboxes. The same time is lived through twice from the same state, with and without the flood, so that whatever differs the flood did. ${others.moved} of ${others.looks * others.inboxes} fees asked for at other inboxes differ.`,
    ],
    parts: [
      {
        kind: 'table',
        caption: 'Median fee without and with the flood, gwei',
        columns: [
          'regime',
          'consumers, without',
          'consumers, with',
          'other inboxes, without',
          'other inboxes, with',
          'fees that moved',
        ],
        rows: regimes.map(({ regime, flood }) => [
          regime,
          inGwei(flood.consumersMedianFeeWei.before),
          inGwei(flood.consumersMedianFeeWei.during),
          inGwei(flood.others.medianFeeWei.before),
          inGwei(flood.others.medianFeeWei.during),
          flood.others.moved,
        ]),
      },
    ],
  }
}

function pricesPlot(preset: SpamPreset, regimes: readonly RegimeReport[]): LinePlot {
  const { period } = preset.contracts.curve
  const lines = regimes.map(({ regime, flood }) => ({
    name: `flooded inbox, ${regime}`,
    points: flood.flooded.flooded.map((fee, i) => [(i + 1) * period, inGwei(fee)] as const),
  }))
  const last = (regimes.at(-1) as RegimeReport).flood
  const other = last.others.medianFeeWei.during
  const quiet = {
    name: 'every other inbox',
    points: last.flooded.flooded.map((_, i) => [(i + 1) * period, inGwei(other)] as const),
  }
  return {
    kind: 'lines',
    caption: 'What a consumer is asked for an invite while one inbox is flooded',
    x: { label: 'seconds since the flood began', scale: 'linear' },
    y: { label: 'gwei', scale: 'linear' },
    series: [...lines, quiet],
  }
}

function lifePlot({ behaviour }: SpamPreset, regimes: readonly RegimeReport[]): LinePlot {
  const weeks = Math.floor(behaviour.lifeDays / 7)
  const ofWeek = ({ days }: RegimeReport, week: number): number | undefined => {
    const fees = days.slice(7 * week, 7 * week + 7).map(({ consumersMedianFeeWei }) => consumersMedianFeeWei)
    return inGwei(median(fees.filter((fee) => fee !== null)))
  }
  return {
    kind: 'lines',
    caption: 'Consumers’ median fee, week by week; the last ones with spam',
    x: { label: 'week', scale: 'linear' },
    y: { label: 'gwei', scale: 'linear' },
    series: regimes.map((regime) => ({
      name: regime.regime,
      points: Array.from({ length: weeks }, (_, week) => [week + 1, ofWeek(regime, week)] as const),
    })),
  }
}
