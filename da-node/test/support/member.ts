import { join } from 'node:path'
import { systemClock } from '@parley/runtime'
import { ClassicLevel } from 'classic-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { PrivateKeyAccount } from 'viem/accounts'
import {
  createDaNode,
  createDaNodeServer,
  type DaNode,
  type DaNodeDeps,
  type DaNodeOptions,
  type DaNodeServerOptions,
} from '../../src/index.ts'
import { type FakeCommittee, memberKey } from './fake-committee.ts'

export interface Member {
  readonly url: string
  readonly node: DaNode
  readonly registry: Registry
  /** Where the files of parts are. */
  readonly parts: string
  close(): Promise<void>
}

/** A DA node with its server in this process, over a directory that may be that of an earlier one. */
export async function startMember(
  chain: FakeCommittee,
  account: PrivateKeyAccount,
  dir: string,
  {
    deps = {},
    options = {},
    server = {},
  }: {
    readonly deps?: Partial<DaNodeDeps>
    readonly options?: DaNodeOptions
    readonly server?: Partial<DaNodeServerOptions>
  } = {},
): Promise<Member> {
  const index = new ClassicLevel<string, string>(join(dir, 'index'))
  await index.open()
  const log = pino({ level: 'silent' })
  const registry = new Registry()
  const parts = join(dir, 'parts')
  const node = await createDaNode(
    { chain, key: memberKey(account), dir: parts, index, clock: systemClock, log, registry, ...deps },
    { pollMs: 20, claimerMs: 0, questionsEveryMs: 20, minFreeBytes: 0, ...options },
  )
  const stopping = new AbortController()
  const running = node.run(stopping.signal)
  const listening = await createDaNodeServer(
    { node, registry, clock: systemClock, log },
    { host: '127.0.0.1', port: 0, version: 'test', ...server },
  )
  return {
    url: listening.url,
    node,
    registry,
    parts,
    async close() {
      await listening.close()
      stopping.abort()
      await running.catch(() => undefined)
      await index.close()
    },
  }
}

/** Waits until `look` gives something; the test's own time ends it. */
export async function eventually<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
