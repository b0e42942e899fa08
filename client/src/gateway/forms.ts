import {
  type contactRequest,
  type forcedRequest,
  gatewayRoutes,
  type inviteRequest,
  RequestError,
  type ValueOf,
} from '@parley/api'
import {
  type SignedMessage,
  SignedMessageType,
  type SignedOperation,
  SignedOperationType,
} from '@parley/protocol/light'
import { type Address, bytesToHex, type Hex, hexToBytes, sha256, stringToBytes, zeroAddress } from 'viem'
import type { Authorization } from '../contacts/parameters.ts'
import type { ContactChange } from '../contacts/sign.ts'
import type { InviteOfMany } from '../invites/invite-many.ts'

/** A change of the contact directory for a gateway to send. */
export interface GatewayContact {
  readonly kind: 'contact'
  readonly change: ContactChange
  /** Made with `signContactChange` over the same change. */
  readonly authorization: Authorization
}

/** An invite for a gateway to relay. */
export interface GatewayInvite extends InviteOfMany {
  readonly kind: 'invite'
  /** Who alone may relay, as signed; anyone when left out. */
  readonly relayer?: Address
  /** Made with `signInvite` over the same invite. */
  readonly authorization: Authorization
}

/** Something for the L2's queue, which the sequencer must take in time: signed, so that anybody may send it. */
export interface GatewayForced {
  readonly kind: 'forced'
  readonly item:
    | { readonly kind: 'message'; readonly message: SignedMessage }
    /** A withdrawal, as `buildWithdraw` gives it. */
    | { readonly kind: 'withdrawal'; readonly operation: SignedOperation }
}

export type GatewayRequest = GatewayContact | GatewayInvite | GatewayForced

type ContactValue = ValueOf<typeof contactRequest>
type InviteValue = ValueOf<typeof inviteRequest>
type AuthorizationValue = InviteValue['authorization']

const authorizationValue = ({ signer, deadline, signature }: Authorization): AuthorizationValue => ({
  signer: hexToBytes(signer),
  deadline,
  signature: hexToBytes(signature),
})

const authorizationOf = ({ signer, deadline, signature }: AuthorizationValue): Authorization => ({
  signer: bytesToHex(signer),
  deadline,
  signature: bytesToHex(signature),
})

type Changes = (ContactChange & { readonly kind: 'register' })['changes']
type ChangesValue = (ContactValue['change'] & { readonly kind: 'register' })['value']['changes']

const changesValue = (changes: Changes): ChangesValue =>
  changes.map(({ name, value, validity }) => ({ name: hexToBytes(name), value: hexToBytes(value), validity }))

const changesOf = (changes: ChangesValue): Changes =>
  changes.map(({ name, value, validity }) => ({ name: bytesToHex(name), value: bytesToHex(value), validity }))

function changeValue(change: ContactChange): ContactValue['change'] {
  switch (change.kind) {
    case 'register':
      return { kind: 'register', value: { changes: changesValue(change.changes) } }
    case 'attributes':
      return {
        kind: 'attributes',
        value: { identity: hexToBytes(change.identity), changes: changesValue(change.changes) },
      }
    case 'delegate':
      return {
        kind: 'delegate',
        value: {
          identity: hexToBytes(change.identity),
          delegateType: change.delegateType,
          delegate: hexToBytes(change.delegate),
          validity: change.validity,
        },
      }
    case 'owner':
      return {
        kind: 'owner',
        value: { identity: hexToBytes(change.identity), newOwner: hexToBytes(change.newOwner) },
      }
  }
}

/** A request as it goes over the wire, with what a promise of it names. */
export interface EncodedRequest {
  /** UTF-8 of its JSON. */
  readonly body: Uint8Array
  /** 32 bytes. */
  readonly digest: Hex
}

type RelayRoute = typeof gatewayRoutes.contact | typeof gatewayRoutes.invite | typeof gatewayRoutes.forced

/** @see docs/spec/gateway.md#promises */
export function encodeGatewayRequest(request: GatewayRequest): EncodedRequest & { readonly route: RelayRoute } {
  switch (request.kind) {
    case 'contact': {
      const value = { change: changeValue(request.change), authorization: authorizationValue(request.authorization) }
      return { route: gatewayRoutes.contact, ...encodedRequest(gatewayRoutes.contact, value) }
    }
    case 'invite': {
      const { recipient, contentDigest, maxFee, gateData = '0x', relayer = zeroAddress, authorization } = request
      const value = {
        recipient: hexToBytes(recipient),
        contentDigest: hexToBytes(contentDigest),
        maxFee,
        gateData: hexToBytes(gateData),
        relayer: hexToBytes(relayer),
        authorization: authorizationValue(authorization),
      }
      return { route: gatewayRoutes.invite, ...encodedRequest(gatewayRoutes.invite, value) }
    }
    case 'forced':
      return { route: gatewayRoutes.forced, ...encodedRequest(gatewayRoutes.forced, forcedValue(request)) }
  }
}

/** A body as a route writes it, with the digest that a promise of it names. */
export function encodedRequest<B>(route: Bodied<B>, value: B): EncodedRequest {
  const text = JSON.stringify(route.body?.json?.encode(value))
  return { body: stringToBytes(text), digest: sha256(stringToBytes(`${route.path}\n${text}`)) }
}

interface Bodied<B> {
  readonly path: string
  readonly body?: { readonly json?: { encode(value: B): unknown } }
}

type ForcedValue = ValueOf<typeof forcedRequest>

function forcedValue({ item }: GatewayForced): ForcedValue {
  if (item.kind === 'message') return { kind: 'message', value: { message: SignedMessageType.serialize(item.message) } }
  return { kind: 'withdrawal', value: { operation: SignedOperationType.serialize(item.operation) } }
}

/** The inverse, of a body as its route describes it. @throws {RequestError} `FIELD_INVALID` for bytes that are no such item. */
export function gatewayForcedOf({ kind, value }: ForcedValue): GatewayForced {
  try {
    if (kind === 'message')
      return { kind: 'forced', item: { kind, message: SignedMessageType.deserialize(value.message) } }
    return {
      kind: 'forced',
      item: { kind, operation: SignedOperationType.deserialize(value.operation) as SignedOperation },
    }
  } catch (cause) {
    throw new RequestError(
      { code: 'FIELD_INVALID', field: 'value', expected: `the SSZ of a signed ${kind}` },
      { cause },
    )
  }
}

/** The inverse, of a body as its route describes it. */
export function gatewayContactOf({ change, authorization }: ContactValue): GatewayContact {
  return { kind: 'contact', change: contactChangeOf(change), authorization: authorizationOf(authorization) }
}

/** The inverse, of a body as its route describes it. */
export function gatewayInviteOf(value: InviteValue): GatewayInvite {
  return {
    kind: 'invite',
    recipient: bytesToHex(value.recipient),
    contentDigest: bytesToHex(value.contentDigest),
    maxFee: value.maxFee,
    gateData: bytesToHex(value.gateData),
    relayer: bytesToHex(value.relayer),
    authorization: authorizationOf(value.authorization),
  }
}

function contactChangeOf(change: ContactValue['change']): ContactChange {
  switch (change.kind) {
    case 'register':
      return { kind: 'register', changes: changesOf(change.value.changes) }
    case 'attributes':
      return {
        kind: 'attributes',
        identity: bytesToHex(change.value.identity),
        changes: changesOf(change.value.changes),
      }
    case 'delegate':
      return {
        kind: 'delegate',
        identity: bytesToHex(change.value.identity),
        delegateType: change.value.delegateType,
        delegate: bytesToHex(change.value.delegate),
        validity: change.value.validity,
      }
    case 'owner':
      return {
        kind: 'owner',
        identity: bytesToHex(change.value.identity),
        newOwner: bytesToHex(change.value.newOwner),
      }
  }
}
