import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { committeeMark, decodeCommitteePointer, encodeCommitteePointer } from '@parley/da-adapters/committee'
import type { BadAnswer, DaHarness, DaTraits } from '@parley/protocol/compliance'
import { committeeStage, maxBytes, stageRetentionSeconds } from './committee.ts'
import { eventually } from './member.ts'
import { type Meddling, trickle, writeEndlessly } from './member-proxy.ts'

/** Sizes at the edges of chunks, and of a tree that grows by a level. */
export const committeeTraits: DaTraits = {
  remote: true,
  chain: true,
  served: true,
  priced: true,
  loses: true,
  ages: true,
  instances: true,
  stored: true,
  sizes: [1_023, 1_024, 1_025, 4_096, 4_097],
}

/** Where a pointer names its committee: after the version and the part. */
const markOffset = 2

const octets = { 'content-type': 'application/octet-stream' }
const statuses = { 'not found': 404, gone: 410, busy: 429, broken: 500 } as const

function badly(how: BadAnswer): Meddling {
  switch (how) {
    case 'wrong':
      return { change: (real) => ({ ...real, body: real.body.map((byte, i) => (i === 999 ? byte ^ 1 : byte)) }) }
    case 'short':
      return { change: (real) => ({ ...real, body: real.body.slice(0, -1) }) }
    case 'long':
      return { change: (real) => ({ ...real, body: Buffer.concat([real.body, Uint8Array.of(0)]) }) }
    case 'endless':
      return { write: writeEndlessly }
    case 'slow':
      return { write: trickle }
    case 'hanging':
      return 'hold'
    default:
      return { swallow: { status: statuses[how], headers: octets, body: new Uint8Array(0) } }
  }
}

/** All four members do the same wrong thing: what one of them does is another suite's matter. */
export async function committeeHarness(scratch: string): Promise<DaHarness & { close(): Promise<void> }> {
  const stage = await committeeStage(scratch)
  const { chain, members, proxies } = stage
  const mends: (() => Promise<unknown>)[] = []
  const decode = (pointer: Uint8Array) =>
    decodeCommitteePointer(pointer, { mark: committeeMark(chain.instance), maxBytes })
  const filesOf = (pointer: Uint8Array): string[] => {
    const { part, certificate } = decode(pointer)
    const name = Buffer.from(certificate.parts[part]!.chunkRoot).toString('hex')
    return members.map((member) => join(member.parts, name.slice(0, 2), name))
  }
  const everywhere = (rule: Parameters<(typeof proxies)[number]['meddle']>[0]): void => {
    for (const proxy of proxies) proxy.meddle(rule)
  }
  /** Seconds pass on the L2, and every member has seen it. */
  async function pass(seconds: bigint): Promise<void> {
    chain.time += seconds
    for (const { node } of members) await eventually(() => node.l2.last?.time === chain.time)
  }
  return {
    lose: (pointer) => pass(decode(pointer).certificate.expiresAt - chain.time - chain.neededSeconds + 1n),
    async pass(seconds) {
      await pass(BigInt(seconds))
      // After all that the stage's adapter asks for, and more than an hour, nothing is kept.
      if (seconds >= stageRetentionSeconds)
        for (const { node } of members) await eventually(() => node.store.usage.parts === 0)
    },
    foreign: (pointer) => pointer.map((byte, i) => (i === markOffset ? byte ^ 1 : byte)),
    open: () => stage.open(),
    openImpatient: () => stage.openReader({ readTimeoutMs: 2_000 }),
    publications: async () => Math.max(...members.map(({ node }) => node.store.usage.parts)),
    unknownPointer: () =>
      encodeCommitteePointer({
        part: 0,
        certificate: {
          mark: committeeMark(chain.instance),
          scheme: 1,
          epoch: 1,
          expiresAt: chain.time + 86_400n,
          mask: 0b111,
          parts: [{ chunkRoot: new Uint8Array(32).fill(0x5a), length: 9 }],
          signatures: [1, 2, 3].map((byte) => new Uint8Array(64).fill(byte)),
        },
      }),
    async corrupt(pointer) {
      for (const path of filesOf(pointer)) {
        const right = await readFile(path).catch(() => undefined)
        // A member beyond the k may not have it yet.
        if (right === undefined) continue
        await writeFile(
          path,
          right.map((byte, i) => (i === right.length >> 1 ? byte ^ 1 : byte)),
        )
        mends.push(() => writeFile(path, right))
      }
    },
    async withhold() {
      const answer = { status: 404, headers: octets, body: new Uint8Array(0) }
      everywhere(({ method }) => (method === 'GET' ? { swallow: answer } : 'pass'))
    },
    async disconnect() {
      chain.silent = true
      everywhere(() => 'cut')
    },
    stall: async () => everywhere(({ method }) => (method === 'GET' ? 'pass' : 'hold')),
    answerBadly: async (_pointer, how) => everywhere(({ method }) => (method === 'GET' ? badly(how) : 'pass')),
    async heal() {
      chain.silent = false
      for (const proxy of proxies) proxy.heal()
      for (const mend of mends.splice(0)) await mend()
    },
    close: () => stage.close(),
  }
}
