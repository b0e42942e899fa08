/** EIP-712 types of what identities decide. @see docs/spec/contacts.md#signatures */
export const contactTypes = {
  Register: [
    { name: 'signer', type: 'address' },
    { name: 'changes', type: 'AttributeChange[]' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
  ChangeAttributes: [
    { name: 'signer', type: 'address' },
    { name: 'identity', type: 'address' },
    { name: 'changes', type: 'AttributeChange[]' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
  ChangeDelegate: [
    { name: 'signer', type: 'address' },
    { name: 'identity', type: 'address' },
    { name: 'delegateType', type: 'bytes32' },
    { name: 'delegate', type: 'address' },
    { name: 'validity', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
  ChangeOwner: [
    { name: 'signer', type: 'address' },
    { name: 'identity', type: 'address' },
    { name: 'newOwner', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
  AttributeChange: [
    { name: 'name', type: 'bytes32' },
    { name: 'value', type: 'bytes' },
    { name: 'validity', type: 'uint64' },
  ],
} as const

/** Name of the EIP-712 domain; its chain is the L2 and its contract the directory. */
export const contactDomainName = 'Parley ContactDirectory'
