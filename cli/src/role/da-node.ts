import { join } from 'node:path'
import { compactSignature } from '@parley/da-adapters/committee'
import { createDaNode, createDaNodeServer } from '@parley/da-node'
import { sameBytes } from '@parley/protocol'
import { bytesToHex, hexToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import manifest from '../../package.json' with { type: 'json' }
import { needed } from '../config/config.ts'
import { serverOptions } from '../config/server-options.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { createRegistry } from '../process/registry.ts'
import type { RoleContext } from '../process/serve-role.ts'
import type { Service } from '../process/service.ts'
import { Closing } from './closing.ts'
import { failedOf } from './failed-of.ts'
import { noCommittee, openChunkAnswers, openDataCommittee, openDataDir } from './l2.ts'

/** Starts a member of a data committee. */
export function startDaNode(context: RoleContext): Promise<Service> {
  return Closing.guard(async (closing) => {
    const { config, clock, log } = context
    // Before anybody is asked.
    const account = privateKeyToAccount(bytesToHex(needed(config, 'daNode.key').reveal()))
    assertApart(context)
    const { pricePerGibDay, key: _key, answerKey: _answerKey, ...limits } = config.daNode
    const dataDir = await openDataDir(context, closing)
    const registry = createRegistry()
    const chain = await openDataCommittee(context)
    if (chain === undefined) throw noCommittee(config)
    const answerer = await openChunkAnswers(context, chain, dataDir, closing)
    const index = await dataDir.texts('DA node parts')
    const node = await createDaNode(
      {
        chain,
        key: {
          address: hexToBytes(account.address),
          sign: async (digest) => compactSignature(await account.sign({ hash: bytesToHex(digest) })),
        },
        answerer,
        dir: join(dataDir.path, 'parts'),
        index,
        clock,
        log,
        registry,
      },
      { ...limits, pollMs: config.l2.pollMs },
    )
    await context.takePorts()
    const server = await createDaNodeServer(
      { node, registry, clock, log },
      {
        ...serverOptions(config),
        version: manifest.version,
        pricePerGiBDay: pricePerGibDay,
      },
    )
    closing.add(() => server.close())
    const stopping = new AbortController()
    const running = node.run(stopping.signal)
    closing.add(async () => {
      stopping.abort()
      // What it failed with is told by `failed`.
      await running.catch(() => undefined)
    })
    const failed = failedOf(running, dataDir, clock, stopping.signal)
    return { ready: { url: server.url, member: account.address }, failed, stop: () => closing.close() }
  })
}

/** The key that signs lies where strangers are served; money does not. */
function assertApart({ config, sources }: Context): void {
  const { key, answerKey } = config.daNode
  if (key === undefined || answerKey === undefined || !sameBytes(key.reveal(), answerKey.reveal())) return
  const named = 'daNode.answerKey'
  const reason = 'must not be daNode.key: what signs and what pays are kept apart'
  throw new CliError({ code: 'CONFIG_VALUE_INVALID', key: named, source: sources.get(named) ?? 'fallback', reason })
}
