import { type Shown, sentence } from '../../check.ts'
import type { PipelineReport } from '../../pipeline.ts'
import { spreadTable } from './spread-table.ts'

const smallBody = 10

export function showPipeline(report: PipelineReport): Shown {
  const { spread, cpuMicrosecondsPerMessage, rawVerificationsPerSecond: raw, batchSize } = report
  const { total: _total, raw: rawCpu, ...parts } = cpuMicrosecondsPerMessage
  const names = Object.keys(parts)
  return {
    section: {
      title: 'Pipeline',
      text: [
        `${sentence(report.workload)}: HTTP, journal, lanes, signed blocks, published on the local layer, claimed on an L2. ${report.offered} messages offered, ${report.refused} refused, ${report.lost} lost.`,
      ],
      parts: [
        {
          kind: 'bars',
          caption: 'Messages per second, end to end, beside bare verification',
          x: 'measured',
          categories: ['accepted', 'claimed', 'bare, one core', 'bare, all cores'],
          y: { label: 'per second', scale: 'linear' },
          series: [
            {
              name: 'per second',
              points: [spread.acceptedPerSecond.median, spread.claimedPerSecond.median, raw.oneCore, raw.allCores],
              spans: [spread.acceptedPerSecond, spread.claimedPerSecond, undefined, spread.rawVerificationsPerSecond],
            },
          ],
        },
        {
          kind: 'stacked-bars',
          caption: 'CPU time of one message by part, beside one bare verification',
          x: 'CPU time of',
          categories: ['a message', 'bare verification'],
          y: { label: 'microseconds', scale: 'linear' },
          series: [
            ...names.map((name) => ({ name, points: [parts[name], undefined] })),
            { name: 'bare verification', points: [undefined, rawCpu] },
          ],
        },
        spreadTable('Pipeline over its repeats', spread),
      ],
    },
    checks: [
      {
        id: `pipeline.${batchSize}`,
        what: `pipeline to bare verification on all cores, bodies of ${batchSize}`,
        value: report.ratio,
        bound: batchSize > smallBody ? 0.8 : batchSize === 1 ? 0.4 : 0.7,
        kind: 'at least',
        doubt: report.doubt ?? undefined,
        byCpuTime: report.cpuRatio,
      },
      { id: 'pipeline.lost', what: 'messages lost', value: report.lost, bound: 0, kind: 'at most' },
    ],
  }
}
