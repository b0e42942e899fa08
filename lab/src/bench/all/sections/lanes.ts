import type { LinePlot, Table } from '../../../page/page.ts'
import { type Check, type Shown, sentence } from '../../check.ts'
import type { LaneResult, LanesReport } from '../../lanes/bench-lanes.ts'

const portable = 'npm secp256k1'

export function showLanes(report: LanesReport): Shown {
  return {
    section: {
      title: 'Lanes',
      text: [
        `${sentence(report.workload)}. Lanes check, verify, apply and hash; bare verification by npm’s secp256k1 from 33-byte keys is the limit they are measured against, in turn with them.`,
      ],
      parts: [speedUp(report), ratios(report), spreads(report)],
    },
    checks: checksOf(report),
  }
}

const nameOf = ({ workload, roots }: Pick<LaneResult, 'workload' | 'roots'>): string =>
  `${workload === 'zipf' ? 'Zipf' : 'uniform'}, ${roots ? 'with' : 'without'} roots`

function seriesOf(
  { results }: LanesReport,
  value: (result: LaneResult, one: LaneResult) => number,
): LinePlot['series'] {
  const kinds = results.filter(({ lanes }) => lanes === 1)
  return kinds.map((one) => {
    const same = results.filter(({ workload, roots }) => workload === one.workload && roots === one.roots)
    return { name: nameOf(one), points: same.map((result) => [result.lanes, value(result, one)] as const) }
  })
}

const lanesAxis = { label: 'lanes', scale: 'linear', whole: true } as const

function speedUp(report: LanesReport): LinePlot {
  return {
    kind: 'lines',
    caption: 'Speed-up over lanes: messages per second to those of one lane',
    x: lanesAxis,
    y: { label: 'times one lane', scale: 'linear' },
    series: seriesOf(report, (result, one) => result.messagesPerSecond / one.messagesPerSecond),
  }
}

function ratios(report: LanesReport): LinePlot {
  return {
    kind: 'lines',
    caption: 'Messages per second to bare verifications per second with as many workers',
    x: lanesAxis,
    y: { label: 'ratio', scale: 'linear' },
    limit: { label: 'bare npm secp256k1', at: 1 },
    series: seriesOf(report, ({ ratio }) => ratio),
  }
}

function spreads({ spreads: measured }: LanesReport): Table {
  return {
    kind: 'table',
    caption: 'Lanes: median (smallest to largest)',
    columns: ['lanes', 'workload', 'messages per second', 'ratio', 'lowest', 'highest', 'CPU µs per message'],
    rows: measured.map((each) => [
      String(each.lanes),
      nameOf(each),
      each.messagesPerSecond.median,
      each.ratio.median,
      each.ratio.min,
      each.ratio.max,
      each.cpuMicroseconds.median,
    ]),
  }
}

function checksOf({ results, spreads: measured, verifier, doubt }: LanesReport): Check[] {
  const find = (lanes: number, workload: LaneResult['workload']) =>
    results.find((each) => each.lanes === lanes && each.workload === workload && each.roots)
  const [one, two, skewed] = [find(1, 'uniform'), find(2, 'uniform'), find(1, 'zipf')]
  const checks: Check[] = []
  const atLeast = (id: string, what: string, value: number, bound: number, byCpuTime?: number): void => {
    checks.push({ id: `lanes.${id}`, what, value, bound, kind: 'at least', doubt: doubt ?? undefined, byCpuTime })
  }
  const cpuRatioOf = ({ lanes, workload }: LaneResult): number | undefined =>
    measured.find((each) => each.lanes === lanes && each.workload === workload && each.roots)?.cpuRatio.median
  if (one !== undefined) {
    const bound = verifier === portable ? 0.95 : 1.2
    atLeast('one', 'one lane to bare verification', one.ratio, bound, cpuRatioOf(one))
  }
  if (two !== undefined) atLeast('two', 'two lanes to two bare workers', two.ratio, 0.9, cpuRatioOf(two))
  if (one !== undefined && skewed !== undefined) {
    const value = Number((skewed.messagesPerSecond / one.messagesPerSecond).toFixed(3))
    atLeast('skewed', 'Zipf(1.0) to uniform, one lane', value, 0.9)
  }
  return checks
}
