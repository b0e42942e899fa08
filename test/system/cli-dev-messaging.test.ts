import type { DevReport } from '@parley/lab'
import { expect, it } from 'vitest'
import { parley } from './support/parley.ts'

const steps = [
  'Alice registers, and a gateway pays',
  'Bob registers, and a gateway pays',
  'Charlie registers, and a gateway pays',
  'Alice finds Bob',
  'Alice invites Bob',
  'Bob consents',
  'both talk',
  'Charlie is refused by every node',
  'an attachment of 5 MB arrives',
  'Bob adds a second device by code',
  'the second device reads history and speaks',
  'the second device is revoked, and reads and writes nothing',
  'a store withholds, and another serves',
  'a gateway censors, and is switched',
  'Dave is added',
  'Bob is removed, and can neither read nor write',
  'the sequencer drops, and a message is forced',
  'everything is final and complete',
]

it('parley dev --messaging --exit › every step happens, with what shows it', { timeout: 400_000 }, async () => {
  const { code, stdout, stderr } = await parley(['dev', '--messaging', '--exit', '--json'])
  expect([code, stderr.match(/(check failed|parley:).*/g)]).toEqual([0, null])
  const { messaging } = JSON.parse(stdout) as DevReport
  expect(messaging?.steps.map(({ step }) => step)).toEqual(steps)
  const evidence = (step: string) => messaging?.steps.find((each) => each.step === step)?.evidence
  expect(evidence('Alice registers, and a gateway pays')).toMatchObject({ balanceWei: '0', transactions: 0 })
  expect(evidence('Charlie is refused by every node')).toMatchObject({ bySequencer: 'SIGNATURE_INVALID' })
  expect(evidence('an attachment of 5 MB arrives')).toMatchObject({ bytes: 5_242_880 })
  expect(evidence('a gateway censors, and is switched')).toMatchObject({ fault: 'PROMISE_BROKEN', registered: true })
  expect(evidence('the second device is revoked, and reads and writes nothing')).toMatchObject({
    refused: 'NOT_A_MEMBER',
    bySequencer: 'SIGNATURE_INVALID',
  })
  expect(evidence('Bob is removed, and can neither read nor write')).toMatchObject({ gotFromBob: 0, readSince: 0 })
  expect(evidence('everything is final and complete')).toMatchObject({ grade: 'final' })
})
