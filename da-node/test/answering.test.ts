import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toHex } from '@parley/protocol'
import { pino } from 'pino'
import { hexToBytes } from 'viem'
import { expect, onTestFinished, test } from 'vitest'
import type { DaNodeOptions } from '../src/index.ts'
import { FakeAnswerer, FakeCommittee, newAccount, partOf, witnessOf } from './support/fake-committee.ts'
import { eventually, startMember } from './support/member.ts'
import { scratch } from './support/scratch.ts'

async function stage(options: DaNodeOptions = {}) {
  const committee = new FakeCommittee()
  const answerer = new FakeAnswerer(committee)
  const account = newAccount()
  committee.begin({ number: 1, k: 1, members: [{ address: hexToBytes(account.address), url: 'http://unused' }] })
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const member = await startMember(committee, account, await scratch(), { deps: { answerer, log }, options })
  onTestFinished(() => member.close())
  await eventually(() => member.node.unreadyBecause() === undefined)
  const bytes = witnessOf(100)
  const part = partOf(bytes)
  const { chunkRoot } = part
  const claimer = new Uint8Array(20)
  const { store } = member.node
  await store.put(
    { chunkRoot, bytes, claimer, expiresAt: committee.time + 60n },
    committee.time,
    new AbortController().signal,
  )
  const attestation = { epoch: 1, expiresAt: committee.time + 60n, parts: [part] }
  const ask = (id: string, index: number, rank = 0) => {
    committee.open.push({ id, attestation, part: 0, index, rank, deadline: committee.time + 600n })
  }
  const metric = (name: string) => member.registry.getSingleMetricAsString(name)
  return { committee, answerer, member, lines, ask, metric, chunkRoot }
}

test('questions › are answered with the chunk that was asked for, each once', async () => {
  const { answerer, ask, metric } = await stage()
  for (let index = 0; index < 7; index += 1) ask(`${index}`, index)
  await eventually(() => answerer.answered.length === 7)
  expect(answerer.answered.toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6'])
  await eventually(async () => /done"} 7/.test(await metric('parley_da_node_answers_total')))
})

test('a question to several signers › is left to those before for a while', async () => {
  const { committee, answerer, ask } = await stage({ answerSpreadMs: 3_600_000 })
  ask('1', 0, 1)
  ask('2', 0, 0)
  await eventually(() => answerer.answered.length === 1)
  expect(answerer.answered).toEqual(['2'])
  // A third of the time at most: now there is none left.
  committee.time += 600n
  await eventually(() => answerer.answered.length === 2)
})

test('a part that the disk spoilt › is not answered with, and the log says what is at risk', async () => {
  const { answerer, member, lines, ask, metric, chunkRoot } = await stage()
  const name = toHex(chunkRoot).slice(2)
  await writeFile(join(member.parts, name.slice(0, 2), name), witnessOf(100, 9))
  ask('1', 3)
  await eventually(() => lines.some((line) => line.includes('A QUESTION IS NOT ANSWERED')))
  expect(answerer.answered).toEqual([])
  expect(await metric('parley_da_node_answers_total')).toMatch(/failed"} [1-9]/)
})

test('an account that cannot pay for ten answers › is called out', async () => {
  const { lines, metric } = await stage()
  await eventually(async () => /funded_answers 1000/.test(await metric('parley_da_node_funded_answers')))
  expect(lines.some((line) => line.includes('RUNNING DRY'))).toBe(false)
  const committee = new FakeCommittee()
  const answerer = new FakeAnswerer(committee)
  answerer.wei = 9n * 10n ** 15n
  const poor: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => void poor.push(line) })
  const member = await startMember(committee, newAccount(), await scratch(), { deps: { answerer, log } })
  onTestFinished(() => member.close())
  await eventually(() => poor.some((line) => line.includes('RUNNING DRY')))
})
