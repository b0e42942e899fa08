import { inboxAbi } from '@parley/contracts'
import { type Account, type Bytes32, type Mwei, mwei } from '@parley/protocol/light'
import { type Address, bytesToHex, type Hash, isAddressEqual, parseEventLogs, type TransactionReceipt } from 'viem'
import { ClientError } from '../faults.ts'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import { getWholeClaim, type StandingClaim } from './get-claim.ts'
import type { RollupParameters } from './parameters.ts'

/** An account in the state that a claim ends with, and what proves it; a node client's answers are such. */
export interface AccountInClaim {
  readonly account: Account
  readonly block: bigint
  readonly stateRoot: Bytes32
  readonly claim: StandingClaim | undefined
  /** From the account's leaf up to the state's root. */
  readonly branch: readonly Bytes32[]
}

export interface WithdrawParameters extends RollupParameters, WriteParameters {
  /** The Inbox contract of the rollup, as `getDeployment` gives it. */
  readonly inboxAddress: Address
  readonly shard: number
  /** Index in the shard. */
  readonly index: number
  /** The account in a final state, as `untilFinal` gives it. */
  readonly proven: AccountInClaim
  /** Whom to pay; the owner when left out, and only the owner may name another. */
  readonly recipient?: Address
}

/**
 * Has an account paid on the L2 what it has withdrawn on the L3 and was not paid before. Anybody may, to the owner.
 * @throws {ClientError} `PROOF_UNCLAIMED` when the proof is not of a claim, `CLAIM_REPLACED` when that no longer stands;
 * `CONTRACT_REFUSED` with `Inbox_NothingDue`, `Inbox_ClaimNotFinal`; `ACCOUNT_MISSING`.
 */
export async function withdraw(client: L2Client, parameters: WithdrawParameters): Promise<Hash> {
  const { rollup, inboxAddress: address, shard, index, proven } = parameters
  const { account, claim: asked, block, stateRoot, branch } = proven
  if (asked === undefined) throw new ClientError({ code: 'PROOF_UNCLAIMED', block })
  const { number, l2Block } = asked
  const whole = await getWholeClaim(client, { rollup, number, l2Block })
  if (whole === undefined) throw new ClientError({ code: 'CLAIM_REPLACED', claim: number, stateRoot })
  const owner = bytesToHex(account.owner)
  const recipient = parameters.recipient ?? owner
  assertAddress('recipient', recipient)
  const args = [
    whole.claim,
    shard,
    index,
    { ...account, owner },
    branch.map((each) => bytesToHex(each)),
    recipient,
  ] as const
  return write(client, { address, abi: inboxAbi, functionName: 'withdraw', args }, parameters)
}

/** What an account was paid on the L2 until now; of what it has withdrawn on the L3 the rest is due. @throws {ClientError} */
export async function getPaid(
  client: L2Client,
  { inboxAddress: address, shard, index }: Pick<WithdrawParameters, 'inboxAddress' | 'shard' | 'index'>,
): Promise<Mwei> {
  return mwei(await read(client, { address, abi: inboxAbi, functionName: 'paidTo', args: [shard, index] }))
}

/** What an account was paid. */
export interface PaidWithdrawal {
  readonly shard: number
  readonly account: number
  readonly recipient: Address
  readonly amount: Mwei
}

/** What a transaction paid to accounts, by its receipt. */
export function withdrawalsOf(receipt: TransactionReceipt, inboxAddress: Address): PaidWithdrawal[] {
  const logs = receipt.logs.filter(({ address }) => isAddressEqual(address, inboxAddress))
  return parseEventLogs({ abi: inboxAbi, eventName: 'Withdrawn', logs }).map(
    ({ args: { shard, account, recipient, amount } }) => ({ shard, account, recipient, amount: mwei(amount) }),
  )
}
