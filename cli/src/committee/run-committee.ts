import {
  challengeChunk,
  depositStake,
  exitCommittee,
  getCommittee,
  getDataCommittee,
  type L2Client,
  registerMember,
  rotateCommittee,
  rotation,
  slashCommittee,
  withdrawCommitteeCredit,
} from '@parley/client'
import { committeeMark, decodeCommitteePointer, maxPartBytes } from '@parley/da-adapters/committee'
import { type Address, bytesToHex, hexToBytes } from 'viem'
import { getChainId } from 'viem/actions'
import { addressArgument, amountArgument, hexArgument, numberArgument } from '../action/arguments.ts'
import { tell, tellTransaction } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'

type Arguments = readonly string[]

/** Most chunks that a part can have. */
const maxIndex = 2 ** 14 - 1

/** The committee configured, else the one that the rollup's rules name. */
async function open(context: Context): Promise<{ readonly client: L2Client; readonly committee: Address }> {
  const client = openL2Client(context)
  const configured = context.config.l2.committee
  if (configured !== undefined) return { client, committee: configured }
  const committee = await getDataCommittee(client, { rollup: needed(context.config, 'l2.rollup') })
  // Where the rules name none, only the configuration could.
  return { client, committee: committee ?? needed(context.config, 'l2.committee') }
}

export async function showCommittee(context: Context): Promise<number> {
  const { client, committee } = await open(context)
  return tell(context, { committee, ...(await getCommittee(client, { committee })) })
}

export async function register(context: Context, [given, url]: Arguments): Promise<number> {
  const { client, committee } = await open(context)
  const owner = addressArgument('owner', given)
  return tellTransaction(context, client, registerMember(client, { committee, owner, url: url as string }))
}

export async function deposit(context: Context, [given, amount]: Arguments): Promise<number> {
  const { client, committee } = await open(context)
  const stake = { member: addressArgument('member', given), value: amountArgument('amount', amount) }
  return tellTransaction(context, client, depositStake(client, { committee, ...stake }))
}

export async function exit(context: Context, [given, to]: Arguments): Promise<number> {
  const { client, committee } = await open(context)
  const leaving = { member: addressArgument('member', given), recipient: addressArgument('recipient', to) }
  return tellTransaction(context, client, exitCommittee(client, { committee, ...leaving }))
}

/** Announces an epoch, or prints the call that does, for a vote. */
export async function rotate(context: Context, [k, ...given]: Arguments): Promise<number> {
  const { client, committee } = await open(context)
  const members = given.map((member) => addressArgument('member', member))
  const next = { committee, members, k: numberArgument('k', k, 1, members.length) }
  if (context.config.committee.callOnly) return tell(context, rotation(next))
  return tellTransaction(context, client, rotateCommittee(client, next))
}

export async function challenge(context: Context, [pointer, chunk]: Arguments): Promise<number> {
  const { client, committee } = await open(context)
  const asked = { pointer: hexArgument('pointer', pointer), index: numberArgument('chunk', chunk, 0, maxIndex) }
  return tellTransaction(context, client, challengeChunk(client, { committee, ...asked }))
}

export async function slash(context: Context, [given, chunk]: Arguments): Promise<number> {
  const { client, committee } = await open(context)
  const chainId = BigInt(await getChainId(client))
  const mark = committeeMark({ chainId, committee: hexToBytes(committee) })
  const pointer = hexToBytes(hexArgument('pointer', given))
  const { part, certificate } = decodeCommitteePointer(pointer, { mark, maxBytes: maxPartBytes })
  const { epoch, expiresAt, parts } = certificate
  const signed = parts.map(({ chunkRoot, length }) => ({ chunkRoot: bytesToHex(chunkRoot), length }))
  const index = numberArgument('chunk', chunk, 0, maxIndex)
  const attestation = { epoch, expiresAt, parts: signed }
  return tellTransaction(context, client, slashCommittee(client, { committee, attestation, part, index }))
}

export async function withdrawCredit(context: Context, [to]: Arguments): Promise<number> {
  const { client, committee } = await open(context)
  const recipient = addressArgument('recipient', to)
  return tellTransaction(context, client, withdrawCommitteeCredit(client, { committee, recipient }))
}
