import { randomBytes } from 'node:crypto'
import { contractOf, type DeploymentRecord, type OpenedAccount, type Phase } from '@parley/infra'
import { bytesToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { DevAccount } from '../devnet/roles.ts'
import type { ChildConfig } from './environment.ts'
import { gatewayNames, type RoleName, storeNames } from './roles.ts'
import type { MessagingPlaces } from './stack-config.ts'

/** What is deployed for messaging. */
export const messagingPhases: readonly Phase[] = ['contacts', 'inbox']

/** Shards in which a gateway has an account: as many users are served at once. */
export const gatewayShards = [0, 16, 32, 48] as const

/** All users of a stack come from one address, which here may use what a day of all addresses takes elsewhere. */
const gatewayWindows: ChildConfig = {
  'gateway.anonymousSecond': 100,
  'gateway.anonymousMinute': 1_000,
  'gateway.anonymousDay': 20_000,
  'gateway.recipientSecond': 20,
  'gateway.recipientMinute': 100,
  'gateway.recipientDay': 1_000,
}

export interface MessagingPartsOptions {
  readonly record: DeploymentRecord
  readonly sequencerUrl: string
  /** Once it serves; undefined where none runs. */
  readonly nodeUrl: Promise<string | undefined>
  /** Who pays, a gateway each. */
  readonly gateways: readonly DevAccount[]
  readonly gatewayAccounts: readonly (readonly OpenedAccount[])[]
}

/** Starts gateways that pay on the L2 and the L3, stores of contents, and a post-delivery service. @returns where they serve, once all are ready. */
export async function startMessaging(
  start: (role: RoleName, config: ChildConfig) => Promise<string>,
  { record, sequencerUrl, nodeUrl, gateways, gatewayAccounts }: MessagingPartsOptions,
): Promise<MessagingPlaces> {
  const directory = contractOf(record, 'ContactDirectory').address
  const inbox = contractOf(record, 'PublicInbox').address
  const startGateway = async (role: RoleName, place: number) => {
    const key = bytesToHex(randomBytes(32))
    const owned = gatewayAccounts[place] as readonly OpenedAccount[]
    const url = await start(role, {
      'gateway.key': key,
      'gateway.payKey': bytesToHex((gateways[place] as DevAccount).secret),
      'gateway.accounts': owned.map(({ shard, account }) => `${shard}/${account}`).join(','),
      'gateway.issuer': `${role}.parley.dev`,
      'l2.directory': directory,
      'l2.publicInbox': inbox,
      'sequencer.url': sequencerUrl,
      ...gatewayWindows,
    })
    return { url, key: privateKeyToAccount(key).address }
  }
  const [started, storeUrls] = await Promise.all([
    Promise.all(gatewayNames.map(startGateway)),
    Promise.all(storeNames.map((role) => start(role, {}))),
  ])
  const pds = await startPds(start, { directory, inbox, sequencerUrl, nodeUrl: await nodeUrl, storeUrls })
  return { directory, inbox, gateways: started, storeUrls, pds }
}

interface PdsOptions extends Pick<MessagingPlaces, 'directory' | 'inbox' | 'storeUrls'> {
  readonly sequencerUrl: string
  readonly nodeUrl: string | undefined
}

/** What it says is held against proofs: without a node there is none. */
async function startPds(
  start: (role: RoleName, config: ChildConfig) => Promise<string>,
  { directory, inbox, sequencerUrl, nodeUrl, storeUrls }: PdsOptions,
): Promise<MessagingPlaces['pds']> {
  if (nodeUrl === undefined) return undefined
  const key = bytesToHex(randomBytes(32))
  const url = await start('pds', {
    'pds.key': key,
    'pds.stores': storeUrls.join(','),
    'l2.directory': directory,
    'l2.publicInbox': inbox,
    'sequencer.url': sequencerUrl,
    'node.url': nodeUrl,
  })
  return { url, key: privateKeyToAccount(key).address }
}
