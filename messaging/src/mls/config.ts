import type { ClientConfig, Extension } from 'ts-mls'
import { encodeRequiredCapabilities } from 'ts-mls'
import { messagingLimits } from '../limits.ts'
import { slotExtension } from './slot-claim.ts'

const sameKey = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])

/**
 * How the library behaves in our groups. Lifetimes are ours to check, when a leaf is added and never when a tree is joined; whole
 * epochs are ours to forget.
 * @param padUntil - Length up to which what is encrypted is padded, in bytes.
 */
export function clientConfig(padUntil: number): ClientConfig {
  return {
    keyRetentionConfig: {
      retainKeysForGenerations: messagingLimits.forwardSteps,
      retainKeysForEpochs: messagingLimits.lateEpochs + 1,
      maximumForwardRatchetSteps: messagingLimits.forwardSteps,
    },
    lifetimeConfig: { maximumTotalLifetime: 2n ** 63n, validateLifetimeOnReceive: false },
    keyPackageEqualityConfig: {
      compareKeyPackages: (a, b) => sameKey(a.leafNode.signaturePublicKey, b.leafNode.signaturePublicKey),
      compareKeyPackageToLeafNode: (a, b) => sameKey(a.leafNode.signaturePublicKey, b.signaturePublicKey),
    },
    paddingConfig: { kind: 'padUntilLength', padUntilLength: padUntil },
    // Who a leaf is follows from its slot and the directory, which are looked at elsewhere.
    authService: { validateCredential: async () => true },
  }
}

/** Extensions of every group's context: members must know `parley_slot`. */
export const groupExtensions: readonly Extension[] = [
  {
    extensionType: 'required_capabilities',
    extensionData: encodeRequiredCapabilities({
      extensionTypes: [slotExtension],
      proposalTypes: [],
      credentialTypes: ['basic'],
    }),
  },
]
