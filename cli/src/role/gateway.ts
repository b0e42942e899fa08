import { chainIdOf, getDeployment } from '@parley/client'
import { createGatewayServer, Gateway, gatewayBounds } from '@parley/gateway'
import { sameBytes } from '@parley/protocol'
import { describeRevert } from '@parley/settlement'
import { createSenderMetrics, openAccountSender, senderDefaults } from '@parley/transactions'
import { bytesToHex, parseGwei } from 'viem'
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
import { DataDir } from './data-dir.ts'
import { failedOf } from './failed-of.ts'
import { openIssuer } from './gateway-issuer.ts'
import { openL3 } from './gateway-l3.ts'
import { openWindows } from './gateway-windows.ts'
import { l2TransportOf } from './l2.ts'
import { openL2Client } from './l2-client.ts'

/** Starts a gateway. */
export function startGateway(context: RoleContext): Promise<Service> {
  return Closing.guard(async (closing) => {
    const { config, clock, log, signal } = context
    // Before anybody is asked.
    const key = privateKeyToAccount(bytesToHex(needed(config, 'gateway.key').reveal()))
    const secret = needed(config, 'gateway.payKey').reveal()
    assertApart(context)
    const directory = needed(config, 'l2.directory')
    const inbox = needed(config, 'l2.publicInbox')
    const options = Object.fromEntries(
      Object.keys(gatewayBounds).map((name) => [name, config.gateway[name as keyof typeof gatewayBounds]]),
    )
    const client = openL2Client(context)
    const chainId = BigInt(await chainIdOf(client))
    const deployment = `chain ${chainId}, directory ${directory}, public inbox ${inbox}`
    const dataDir = new DataDir({ path: needed(config, 'run.dataDir'), deployment }, closing)
    const registry = createRegistry()
    const sender = await openAccountSender(
      {
        transport: l2TransportOf(context),
        describeRevert,
        secret,
        store: await dataDir.texts('gateway transactions'),
        clock,
        log,
        metrics: createSenderMetrics(registry),
      },
      { ...senderDefaults, pollMs: config.l2.pollMs, maxFeePerGas: parseGwei(`${config.l2.maxFeeGwei}`) },
      signal,
    )
    closing.add(() => sender.close())
    // An account of the L3 without its rollup is a mistake, not a wish.
    if (config.gateway.accounts.length > 0) needed(config, 'l2.rollup')
    const rollup = config.l2.rollup
    const onL2 = rollup === undefined ? undefined : await getDeployment(client, { rollup })
    const contracts = { directory, inbox, ...(onL2 !== undefined && { queue: onL2.inboxAddress }) }
    const issuer = await openIssuer(context, dataDir, { client, chainId, contracts })
    const l3 = openL3(context, onL2)
    const gateway = new Gateway(
      {
        client,
        chainId,
        contracts,
        ...(issuer !== undefined && { issuer }),
        ...(l3 !== undefined && { l3 }),
        sender,
        key,
        windows: openWindows(context, closing),
        clock,
        log,
        registry,
      },
      options,
    )
    closing.add(() => gateway.close())
    await context.takePorts()
    const server = await createGatewayServer(gateway, { ...serverOptions(config), version: manifest.version })
    closing.add(() => server.close())
    const watching = new AbortController()
    closing.add(async () => watching.abort())
    const failed = failedOf(new Promise<never>(() => undefined), dataDir, clock, watching.signal)
    return {
      ready: { url: server.url, key: key.address, relayer: sender.address },
      failed,
      stop: () => closing.close(),
    }
  })
}

/** What signs promises is known to all, and what pays holds money: two keys, so that either can be replaced. */
function assertApart({ config, sources }: Context): void {
  const { key, payKey } = config.gateway
  if (key === undefined || payKey === undefined || !sameBytes(key.reveal(), payKey.reveal())) return
  const named = 'gateway.payKey'
  const reason = 'must not be gateway.key: what signs and what pays are kept apart'
  throw new CliError({ code: 'CONFIG_VALUE_INVALID', key: named, source: sources.get(named) ?? 'fallback', reason })
}
