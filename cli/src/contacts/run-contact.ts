import {
  addDelegate,
  type ContactChange,
  changeAttributes,
  changeOwner,
  deactivate,
  getBundle,
  type L2Client,
  register,
  resolve,
  revocationOf,
  revokeDelegate,
  settingOf,
  signContactChange,
} from '@parley/client'
import { type Address, zeroAddress } from 'viem'
import { addressArgument, attributeArguments } from '../action/arguments.ts'
import { authorizationOf, deadlineOf } from '../action/authorization.ts'
import { tell, tellTransaction } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'

type Arguments = readonly string[]

interface Directory {
  readonly client: L2Client
  readonly directory: Address
}

function open(context: Context): Directory {
  return { client: openL2Client(context), directory: needed(context.config, 'l2.directory') }
}

/** Prints the signature over a change instead of sending it. */
async function sign(context: Context, { client, directory }: Directory, change: ContactChange): Promise<number> {
  return tell(context, await signContactChange(client, { directory, change, deadline: deadlineOf(context) }))
}

export async function registerContact(context: Context, given: Arguments): Promise<number> {
  const to = open(context)
  const { relay, contacts } = context.config
  const attributes = attributeArguments(given, contacts.validitySeconds)
  if (relay.sign) return sign(context, to, { kind: 'register', changes: attributes.map(settingOf) })
  const { directory } = to
  const sent = register(to.client, { directory, attributes, ...(await authorizationOf(context)) })
  return tellTransaction(context, to.client, sent)
}

/** Prints the DID document. */
export async function resolveContact(context: Context, [given]: Arguments): Promise<number> {
  const { client, directory } = open(context)
  const { network } = context.config.contacts
  const identity = addressArgument('identity', given)
  const { document } = await resolve(client, { directory, identity, ...(network !== undefined && { network }) })
  return tell(context, document)
}

/** Prints the bundle. */
export async function showContact(context: Context, [given]: Arguments): Promise<number> {
  const { client, directory } = open(context)
  return tell(context, await getBundle(client, { directory, identity: addressArgument('identity', given) }))
}

export async function changeContact(context: Context, kind: 'set' | 'revoke', given: Arguments): Promise<number> {
  const to = open(context)
  const { relay, contacts } = context.config
  const identity = addressArgument('identity', given[0])
  const attributes = attributeArguments(given.slice(1), contacts.validitySeconds)
  if (attributes.length === 0)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'attribute', reason: 'is needed at least once' })
  const changes = attributes.map(kind === 'set' ? settingOf : revocationOf)
  if (relay.sign) return sign(context, to, { kind: 'attributes', identity, changes })
  const { directory } = to
  const sent = changeAttributes(to.client, { directory, identity, changes, ...(await authorizationOf(context)) })
  return tellTransaction(context, to.client, sent)
}

export async function changeDelegate(context: Context, [given, type, whom]: Arguments): Promise<number> {
  const to = open(context)
  const { relay, contacts } = context.config
  const delegate = {
    identity: addressArgument('identity', given),
    delegateType: type as string,
    delegate: addressArgument('delegate', whom),
    validity: contacts.revoke ? 0n : BigInt(contacts.validitySeconds),
  }
  if (relay.sign) return sign(context, to, { kind: 'delegate', ...delegate })
  const parameters = { directory: to.directory, ...delegate, ...(await authorizationOf(context)) }
  const sent = contacts.revoke ? revokeDelegate(to.client, parameters) : addDelegate(to.client, parameters)
  return tellTransaction(context, to.client, sent)
}

export async function changeContactOwner(context: Context, [given, whom]: Arguments): Promise<number> {
  const to = open(context)
  const change = { identity: addressArgument('identity', given), newOwner: addressArgument('owner', whom) }
  if (context.config.relay.sign) return sign(context, to, { kind: 'owner', ...change })
  const parameters = { directory: to.directory, ...change, ...(await authorizationOf(context)) }
  return tellTransaction(context, to.client, changeOwner(to.client, parameters))
}

export async function deactivateContact(context: Context, [given]: Arguments): Promise<number> {
  const to = open(context)
  const identity = addressArgument('identity', given)
  if (context.config.relay.sign) return sign(context, to, { kind: 'owner', identity, newOwner: zeroAddress })
  const parameters = { directory: to.directory, identity, ...(await authorizationOf(context)) }
  return tellTransaction(context, to.client, deactivate(to.client, parameters))
}
