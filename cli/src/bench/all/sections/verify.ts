import type { VerifyReport } from '../../verify/bench-verify.ts'
import type { Shown } from '../benchmark.ts'

export function showVerify(report: VerifyReport): Shown {
  const { verifiedPerSecond, pipelinePerSecond, ratio, messages, rootsCompared, workload } = report
  const row = (name: string, { min, median, max }: VerifyReport['ratio']) => [name, min, median, max] as const
  return {
    section: {
      title: 'Verification',
      text: [
        `${workload}. The longest chain had ${messages} messages; all ${rootsCompared} roots compared were equal.`,
      ],
      parts: [
        {
          kind: 'bars',
          caption: 'Messages a second, written by the pipeline and verified by a node that began with nothing',
          x: 'measured',
          categories: ['pipeline', 'verified'],
          y: { label: 'a second', scale: 'linear' },
          series: [{ name: 'messages', points: [pipelinePerSecond.median, verifiedPerSecond.median] }],
        },
        {
          kind: 'table',
          caption: 'Verification over its repeats',
          columns: ['figure', 'lowest', 'median', 'highest'],
          rows: [
            row('verified a second', verifiedPerSecond),
            row('pipeline a second', pipelinePerSecond),
            row('verified to pipeline', ratio),
          ],
        },
      ],
    },
    checks: [{ id: 'verify.ratio', what: 'catch-up to pipeline', value: ratio.median, bound: 1, kind: 'at least' }],
  }
}
