import { address, defaulted, hex, integer, text, toggle, uint64 } from './setting.ts'

/** How somebody decides and somebody else sends. */
export const authorizationSettings = {
  'relay.sign': defaulted(
    false,
    toggle({ flag: 'sign', about: 'Sign for somebody else to send and print the authorization; nothing is sent.' }),
  ),
  'relay.authorization': text({
    flag: 'authorization',
    about: 'File with what --sign printed: that signer decides, PARLEY_L2_KEY only pays.',
  }),
  'relay.deadlineSeconds': defaulted(
    3_600,
    integer(1, 31_536_000, { flag: 'deadline', about: 'Seconds from now that a signature counts.' }),
  ),
} as const

/** What is written to the contact directory. */
export const contactSettings = {
  'contacts.validitySeconds': defaulted(
    31_536_000,
    integer(1, 630_720_000, { flag: 'validity', about: 'Seconds that an attribute or a delegate counts.' }),
  ),
  'contacts.revoke': defaulted(false, toggle({ flag: 'revoke', about: 'Take the delegate back.' })),
  'contacts.network': text({
    flag: 'network',
    about: 'Name of the network in the DID; the chain id in hexadecimal when left out.',
  }),
} as const

/** How invites are sent and watched. */
export const inviteSettings = {
  'invites.sender': address({ flag: 'sender', about: 'Who would invite; the address of PARLEY_L2_KEY when left out.' }),
  'invites.maxFee': uint64(0n, 10n ** 18n, {
    flag: 'max-fee',
    about: 'Wei that an invite may cost; what is quoted when left out.',
  }),
  'invites.gateData': defaulted(
    '0x',
    hex({ flag: 'gate-data', about: 'What the recipient’s gate asks for, in hexadecimal.' }),
  ),
  'invites.relayer': address({ flag: 'relayer', about: 'Who alone may relay a signed invite; anyone when left out.' }),
  'invites.cursor': text({ flag: 'cursor', about: 'File that keeps where watching goes on.' }),
  'invites.once': defaulted(false, toggle({ flag: 'once', about: 'End at the L2’s head.' })),
  'invites.to': address({ flag: 'to', about: 'Who receives the credit; the account itself when left out.' }),
  'invites.amount': uint64(1n, 2n ** 64n - 1n, {
    flag: 'amount',
    about: 'Wei to withdraw; all there is when left out.',
  }),
} as const

/** How a call of the committee is sent. */
export const committeeCallSettings = {
  'committee.callOnly': defaulted(
    false,
    toggle({ flag: 'call-only', about: 'Print the call instead of sending it, to be proposed where votes govern.' }),
  ),
} as const

/** What is recorded and voted on. */
export const treasurySettings = {
  'treasury.layer': defaulted(
    0,
    integer(0, 255, { flag: 'layer', about: 'Number of the DA layer that was paid; 0 for the claim itself.' }),
  ),
  'treasury.proposer': address({
    flag: 'proposer',
    about: 'Who made the proposal; the address of PARLEY_L2_KEY when left out.',
  }),
} as const
