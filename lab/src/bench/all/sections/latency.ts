import type { CategoryPlot } from '../../../page/page.ts'
import { type Check, type Shown, sentence } from '../../check.ts'
import type { BodyLatency, LatencyReport, LoadLatency } from '../../latency/bench-latency.ts'

const percentiles = ['p50', 'p90', 'p99', 'max'] as const
const levels = ['accepted', 'sealed', 'published', 'claimed', 'final'] as const
/** Share of the capacity that the bounds are about. */
const half = 0.5
const acceptedBoundMs = 50
const sealedBoundMs = 100
const sealingBoundMs = 25

export function showLatency(report: LatencyReport): Shown {
  const { results, workload, layer } = report
  return {
    section: {
      title: 'Latency',
      text: [
        `${sentence(workload)}; published on ${layer}. Counted from the time at which a message was due to be sent, whether or not the sender got to it, so that queueing is not hidden.`,
      ],
      parts: results.flatMap((body) => [acceptedOver(body), levelsOver(body)]),
    },
    checks: results.flatMap((body) => checksOf(report, body)),
  }
}

const shareName = ({ shareOfCapacity }: LoadLatency): string => `at ${Math.round(100 * shareOfCapacity)} %`

function acceptedOver({ batchSize, loads }: BodyLatency): CategoryPlot {
  return {
    kind: 'category-lines',
    caption: `Latency until accepted, by how busy the sequencer is, bodies of ${batchSize}`,
    x: 'of all messages',
    categories: percentiles,
    y: { label: 'milliseconds', scale: 'log' },
    limit: { label: `${acceptedBoundMs} ms`, at: acceptedBoundMs },
    series: loads.map((load) => ({
      name: shareName(load),
      points: percentiles.map((percentile) => load.accepted[percentile].median),
      spans: percentiles.map((percentile) => load.accepted[percentile]),
    })),
  }
}

function levelsOver({ batchSize, loads }: BodyLatency): CategoryPlot {
  const load = loads.find(({ shareOfCapacity }) => shareOfCapacity === half) ?? (loads[0] as LoadLatency)
  return {
    kind: 'category-lines',
    caption: `Latency until each level ${shareName(load)} of the capacity, bodies of ${batchSize}`,
    x: 'of all messages',
    categories: percentiles,
    y: { label: 'milliseconds', scale: 'log' },
    series: levels.map((level) => ({
      name: level,
      points: percentiles.map((percentile) => load[level][percentile].median),
      spans: percentiles.map((percentile) => load[level][percentile]),
    })),
  }
}

function checksOf({ blockTimeMs, layer }: LatencyReport, { batchSize, loads, sealing }: BodyLatency): Check[] {
  const load = loads.find(({ shareOfCapacity }) => shareOfCapacity === half)
  const atMost = (id: string, what: string, value: number, bound: number): Check => {
    return {
      id: `latency.${layer}.${batchSize}.${id}`,
      what: `${what}, bodies of ${batchSize}`,
      value,
      bound,
      kind: 'at most',
    }
  }
  const sealed = atMost(
    'sealing',
    'milliseconds to seal any block under saturation',
    sealing.maxAtMostMs ?? Number.POSITIVE_INFINITY,
    sealingBoundMs,
  )
  if (load === undefined) return [sealed]
  const { accepted, sealed: until } = load
  return [
    atMost('accepted', 'milliseconds until accepted at half the capacity, p99', accepted.p99.median, acceptedBoundMs),
    atMost(
      'sealed',
      'milliseconds until sealed at half the capacity, p99',
      until.p99.median,
      blockTimeMs + sealedBoundMs,
    ),
    sealed,
  ]
}
