/** What attesters sign, at the gate and for the network alike. */
export const attestationTypes = {
  Attestation: [
    { name: 'subject', type: 'address' },
    { name: 'issuedAt', type: 'uint64' },
    { name: 'expiresAt', type: 'uint64' },
  ],
} as const
