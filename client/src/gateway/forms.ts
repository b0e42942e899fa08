import { type contactRequest, gatewayRoutes, type inviteRequest, type ValueOf } from '@parley/api'
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

export type GatewayRequest = GatewayContact | GatewayInvite

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
  readonly route: typeof gatewayRoutes.contact | typeof gatewayRoutes.invite
  /** UTF-8 of its JSON. */
  readonly body: Uint8Array
  /** 32 bytes. */
  readonly digest: Hex
}

/** @see docs/spec/gateway.md#promises */
export function encodeGatewayRequest(request: GatewayRequest): EncodedRequest {
  if (request.kind === 'contact') {
    const value = { change: changeValue(request.change), authorization: authorizationValue(request.authorization) }
    return encoded(gatewayRoutes.contact, gatewayRoutes.contact.body?.json?.encode(value))
  }
  const { recipient, contentDigest, maxFee, gateData = '0x', relayer = zeroAddress, authorization } = request
  const value = {
    recipient: hexToBytes(recipient),
    contentDigest: hexToBytes(contentDigest),
    maxFee,
    gateData: hexToBytes(gateData),
    relayer: hexToBytes(relayer),
    authorization: authorizationValue(authorization),
  }
  return encoded(gatewayRoutes.invite, gatewayRoutes.invite.body?.json?.encode(value))
}

function encoded(route: EncodedRequest['route'], json: unknown): EncodedRequest {
  const text = JSON.stringify(json)
  return { route, body: stringToBytes(text), digest: sha256(stringToBytes(`${route.path}\n${text}`)) }
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
