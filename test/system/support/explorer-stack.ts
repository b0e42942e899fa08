import { confirm, keyAttribute, register } from '@parley/client'
import type { Settings } from '@parley/explorer'
import { contractOf, deployPhases, devPreset } from '@parley/infra'
import { bytesToHex, createWalletClient, hexToBytes, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { untilStatus } from './eventually.ts'
import { log } from './l2.ts'
import { Rollup } from './rollup.ts'

const year = 31_536_000n

/** What the explorer can look at: two conversations, a contact, some claims, all final. */
export class ExplorerStack {
  readonly settings: Settings
  /** Somebody with a key in the contact directory. */
  readonly contact: `0x${string}`
  private readonly rollup: Rollup

  private constructor(rollup: Rollup, settings: Settings, contact: `0x${string}`) {
    this.rollup = rollup
    this.settings = settings
    this.contact = contact
  }

  static async start(): Promise<ExplorerStack> {
    const rollup = await Rollup.start()
    try {
      const { directory, contact } = await registerContact(rollup)
      const [ann, bob] = [await rollup.converse(3), await rollup.converse(40)]
      const node = await rollup.startNode()
      await rollup.startBatcher()
      await rollup.say(ann, 12)
      await rollup.sealedRoot()
      await rollup.say(bob, 3)
      const { number } = await rollup.sealedRoot()
      await untilStatus(node.part, 'finality', ({ finality }) => (finality.final.block ?? 0n) >= number)
      const settings = {
        node: node.url,
        l2Url: rollup.chain.url,
        rollup: bytesToHex(rollup.deployment.rollup),
        directory,
        sequencer: rollup.sequencer.url,
      }
      return new ExplorerStack(rollup, settings, contact)
    } catch (error) {
      await rollup.stop()
      throw error
    }
  }

  stop(): Promise<void> {
    return this.rollup.stop()
  }
}

async function registerContact({ chain, roles }: Rollup) {
  const user = privateKeyToAccount(bytesToHex(roles.funder.secret))
  const record = await deployPhases(
    { log },
    {
      url: chain.url,
      deployer: roles.deployer.secret,
      preset: devPreset,
      phases: new Set(['contacts']),
      governance: hexToBytes(roles.deployer.address),
      treasury: hexToBytes(roles.verifier.address),
      voteHolder: hexToBytes(roles.verifier.address),
      operator: hexToBytes(roles.pricePusher.address),
      rollup: {
        sequencer: hexToBytes(roles.sequencer.address),
        bondOwner: hexToBytes(roles.bondOwner.address),
        operator: hexToBytes(roles.pricePusher.address),
        claimer: hexToBytes(roles.batcher.address),
      },
      withinMs: 340_000,
    },
  )
  const directory = contractOf(record, 'ContactDirectory').address
  const client = createWalletClient({ account: user, transport: http(chain.url), pollingInterval: 50, cacheTime: 0 })
  const key = { algorithm: 'Ed25519', use: 'installation', value: `0x${'11'.repeat(32)}` } as const
  const hash = await register(client, { directory, attributes: [keyAttribute(key, year)] })
  await confirm(client, { hash })
  return { directory, contact: user.address }
}
