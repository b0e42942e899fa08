import { CodedError, type FaultTable } from '@parley/protocol'

/** Why a network cannot start, or what a peer did. */
export type NetworkFault =
  | { code: 'OPTION_INVALID'; option: string; value: string; expected: string }
  | { code: 'P2P_ADDRESS_INVALID'; option: string; address: string; expected: string }
  | { code: 'P2P_LISTEN_FAILED'; address: string; reason: string }
  | { code: 'IDENTITY_INVALID'; reason: string }
  | { code: 'NETWORK_STORE_CORRUPT'; what: string }
  | { code: 'PEER_ELSEWHERE'; field: string; expected: Uint8Array; received: Uint8Array }
  | { code: 'PEER_SILENT'; protocol: string; withinMs: number }
  | { code: 'PEER_UNREACHABLE'; protocol: string; reason: string }
  | { code: 'PEER_FRAME_SIZE'; protocol: string; bytes: number | undefined; maximum: number }
  | { code: 'PEER_FRAME_MALFORMED'; protocol: string; reason: string }
  | { code: 'PEER_HEADER_UNSIGNED'; block: bigint; key: Uint8Array }
  | { code: 'PEER_BLOCK_DIFFERS'; block: bigint; field: string; expected: Uint8Array; received: Uint8Array }
  | { code: 'PEER_EVIDENCE_EMPTY'; block: bigint; reason: string }
  | { code: 'PEER_TOO_MANY'; what: string; perSecond: number }
  | { code: 'PEER_REPUTATION'; score: number; least: number }
  | { code: 'PEER_HAS_NOT'; block: bigint }

const bad = { blame: 'sender', retry: 'never' } as const

export const networkFaults: FaultTable<NetworkFault> = {
  OPTION_INVALID: { blame: 'operator', retry: 'changed', text: 'an option is not what it must be' },
  P2P_ADDRESS_INVALID: { blame: 'operator', retry: 'changed', text: 'an address of a peer cannot be read' },
  P2P_LISTEN_FAILED: { blame: 'operator', retry: 'changed', text: 'peers cannot be listened for at this address' },
  IDENTITY_INVALID: { blame: 'operator', retry: 'changed', text: 'the file of the key of peers holds no such key' },
  NETWORK_STORE_CORRUPT: { blame: 'operator', retry: 'never', text: 'what is stored of peers is not what was written' },
  PEER_ELSEWHERE: { ...bad, text: 'the peer follows another deployment' },
  PEER_SILENT: { blame: 'layer', retry: 'later', text: 'the peer has not answered in time' },
  PEER_UNREACHABLE: { blame: 'layer', retry: 'later', text: 'the peer cannot be asked' },
  PEER_FRAME_SIZE: { ...bad, text: 'the peer sent more, or less, than there may be of it' },
  PEER_FRAME_MALFORMED: { ...bad, text: 'the peer sent what does not decode' },
  PEER_HEADER_UNSIGNED: { ...bad, text: 'the peer sent a header that the key of its number has not signed' },
  PEER_BLOCK_DIFFERS: { ...bad, text: 'the peer served a block that is not the one of the header' },
  PEER_EVIDENCE_EMPTY: { ...bad, text: 'the peer sent evidence that shows nothing' },
  PEER_TOO_MANY: { blame: 'sender', retry: 'later', text: 'the peer sent more in a second than it may' },
  PEER_REPUTATION: { ...bad, text: 'the peer failed too often' },
  PEER_HAS_NOT: { blame: 'layer', retry: 'later', text: 'the peer does not have the block' },
}

export class NetworkError extends CodedError<NetworkFault> {
  constructor(fault: NetworkFault, options?: ErrorOptions) {
    super(fault, networkFaults, options)
  }
}

/** Whether a fault is one that a peer is sent away for at once. */
export const isUnforgivable = ({ fault }: NetworkError): boolean => networkFaults[fault.code].retry === 'never'
