import {
  buildWithdraw,
  confirm,
  deposit,
  forceMessage,
  forceWithdraw,
  type L2Client,
  signMessage,
} from '@parley/client'
import { devPreset, type Preset } from '@parley/infra'
import { mwei } from '@parley/protocol'
import { openRescuer, ownSenderDefaults, type Rescuer } from '@parley/settlement'
import { bytesToHex, createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Speaker } from './conversations.ts'
import { forever } from './l2.ts'
import { accountDeps } from './remove-claim.ts'
import type { Rollup } from './rollup.ts'

/** A deployment in which silence is a matter of seconds, and claims stay open for long enough to be taken back. */
export const silentSoon: Partial<Preset> = {
  forceDelayMs: 3_000n,
  contest: { ...devPreset.contest, silenceLimit: 6, notice: 4 },
}

interface Account {
  readonly secret: Uint8Array
}

/** Opens an account for ending silences. */
export function rescuerOf({ chain, deployment }: Rollup, account: Account): Promise<Rescuer> {
  const options = { ...ownSenderDefaults, rollup: deployment.rollup, pollMs: 50 }
  return openRescuer(accountDeps(chain.url, account), options, forever)
}

/** What a person sends to the L2 with. */
export function walletOf({ chain }: Rollup, { secret }: Account): L2Client {
  return createWalletClient({
    account: privateKeyToAccount(bytesToHex(secret)),
    transport: http(chain.url),
    pollingInterval: 50,
  })
}

/** Queues a deposit into the account of `account` in a shard. */
export async function queueDeposit(rollup: Rollup, account: Account, shard: number): Promise<void> {
  const client = walletOf(rollup, account)
  const inboxAddress = bytesToHex(rollup.deployment.inbox)
  await confirm(client, { hash: await deposit(client, { inboxAddress, shard, amount: mwei(10n ** 7n) }) })
}

/** Takes money out of an account of the rollup's one owner through the queue. */
export async function queueWithdrawal(rollup: Rollup, shard: number, nonce: bigint, amount: bigint): Promise<void> {
  const client = walletOf(rollup, rollup.roles.users[0] as Account)
  const at = { shard, account: 0, nonce, amount: mwei(amount) }
  const operation = await buildWithdraw(rollup.config, at, rollup.owner)
  const inboxAddress = bytesToHex(rollup.deployment.inbox)
  await confirm(client, { hash: await forceWithdraw(client, { inboxAddress, operation }) })
}

/** Sends the next message of a conversation's second member through the queue. */
export async function queueMessage(rollup: Rollup, speaker: Speaker, content: Uint8Array): Promise<void> {
  const client = walletOf(rollup, rollup.roles.funder)
  const { shard, index, id, key, nonce } = speaker
  const draft = { shard, conversation: index, conversationId: id, member: 1, nonce, content }
  const message = signMessage(rollup.config.chainId, draft, key)
  const inboxAddress = bytesToHex(rollup.deployment.inbox)
  await confirm(client, { hash: await forceMessage(client, { inboxAddress, message }) })
}
