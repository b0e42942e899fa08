import { type Shown, sentence } from '../../check.ts'
import type { VerifyReport } from '../../verify/bench-verify.ts'
import { spreadTable } from './spread-table.ts'

export function showVerify(report: VerifyReport): Shown {
  const { verifiedPerSecond, pipelinePerSecond, ratio, messages, rootsCompared, workload } = report
  return {
    section: {
      title: 'Verification',
      text: [
        `${sentence(workload)}. The longest chain had ${messages} messages; all ${rootsCompared} roots compared were equal.`,
      ],
      parts: [
        {
          kind: 'bars',
          caption: 'Messages per second, written by the pipeline and verified by a node that began with nothing',
          x: 'measured',
          categories: ['pipeline', 'verified'],
          y: { label: 'per second', scale: 'linear' },
          series: [
            {
              name: 'messages',
              points: [pipelinePerSecond.median, verifiedPerSecond.median],
              spans: [pipelinePerSecond, verifiedPerSecond],
            },
          ],
        },
        spreadTable('Verification over its repeats', {
          'verified per second': verifiedPerSecond,
          'pipeline per second': pipelinePerSecond,
          'verified to pipeline': ratio,
        }),
      ],
    },
    checks: [{ id: 'verify.ratio', what: 'catch-up to pipeline', value: ratio.median, bound: 1, kind: 'at least' }],
  }
}
