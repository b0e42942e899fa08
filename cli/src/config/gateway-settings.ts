import { gatewayBounds } from '@parley/gateway/options'
import {
  address,
  addressList,
  type Defaulted,
  defaulted,
  integer,
  l3Places,
  secretKey,
  secretToken,
  text,
} from './setting.ts'

const bounded = (option: keyof typeof gatewayBounds, about: string): Defaulted<number> => {
  const [standard, minimum, maximum] = gatewayBounds[option]
  return defaulted(standard, integer(minimum, maximum, { about }))
}

/** For whom a gateway pays, and how much. */
export const gatewaySettings = {
  'gateway.key': secretKey('Key that signs promises and quotes; its address is how clients know the gateway.'),
  'gateway.payKey': secretKey('Key whose account pays on the L2; nothing else may send from it.'),
  'gateway.accounts': defaulted(
    [],
    l3Places({
      about:
        'Accounts of the L3 that PARLEY_GATEWAY_PAY_KEY owns, as shard/index, separated by commas; needs `l2.rollup` and `sequencer.url`.',
    }),
  ),
  'gateway.redisUrl': secretToken(
    'URL of a Redis or Valkey, redis:// or rediss://, in which several instances count allowances together; each counts alone when left out.',
  ),
  'gateway.issuer': text({ about: 'Name by which the gateway issues tokens; it issues none when left out.' }),
  'gateway.stakeVault': address({ about: 'Address of the StakeVault contract, for proofs by stake.' }),
  'gateway.stakeMiddleGwei': defaulted(
    100_000_000,
    integer(1, 10 ** 15, { about: 'Gwei of stake for the middle tier.' }),
  ),
  'gateway.stakeHighGwei': defaulted(
    1_000_000_000,
    integer(1, 10 ** 15, { about: 'Gwei of stake for the high tier.' }),
  ),
  'gateway.reputation': address({ about: 'Address of the Reputation contract, for proofs by repute.' }),
  'gateway.minAgeSeconds': defaulted(
    2_592_000,
    integer(0, 2 ** 31, { about: 'Seconds for which an account that nobody vouches for must be registered.' }),
  ),
  'gateway.attestationGate': address({
    about: 'Address of the AttestationGate contract that attestations are made for.',
  }),
  'gateway.attesters': defaulted(
    [],
    addressList({ about: 'Addresses of the attesters that are believed, separated by commas.' }),
  ),
  'gateway.jwtIssuersFile': text({
    about: 'JSON file with the applications whose users are known by JWT: a list of {issuer, audience, key}.',
  }),
  'gateway.forcedUnits': bounded('forcedUnits', 'Units that a forced item takes of an allowance.'),
  'gateway.conversationUnits': bounded('conversationUnits', 'Units that a new conversation takes of an allowance.'),
  'gateway.maxAllowance': bounded('maxAllowance', 'Mwei of all members of a new conversation together.'),
  'gateway.unitMwei': bounded('unitMwei', 'Mwei that a unit of funds is.'),
  'gateway.priceLimit': bounded('priceLimit', 'Mwei that one message of a member who is funded may cost.'),
  'gateway.tierNone': bounded('tierNone', 'Tokens a day for who proves nothing.'),
  'gateway.tierLow': bounded(
    'tierLow',
    'Tokens a day for who proves little: a name, a user of an application, an old account.',
  ),
  'gateway.tierMiddle': bounded('tierMiddle', 'Tokens a day for who proves enough: some stake, an attestation.'),
  'gateway.tierHigh': bounded('tierHigh', 'Tokens a day for who proves much: a high stake.'),
  'gateway.contactUnits': bounded('contactUnits', 'Units that a change of the directory takes of an allowance.'),
  'gateway.inviteUnits': bounded('inviteUnits', 'Units that an invite takes of an allowance.'),
  'gateway.anonymousSecond': bounded('anonymousSecond', 'Units that one address may use at once without a token.'),
  'gateway.anonymousMinute': bounded('anonymousMinute', 'The same, within a minute.'),
  'gateway.anonymousDay': bounded('anonymousDay', 'The same, within a day.'),
  'gateway.allSecond': bounded('allSecond', 'Units that all together may use at once without a token.'),
  'gateway.allMinute': bounded('allMinute', 'The same, within a minute.'),
  'gateway.allDay': bounded('allDay', 'The same, within a day.'),
  'gateway.recipientSecond': bounded('recipientSecond', 'Invites that one inbox is sent at once.'),
  'gateway.recipientMinute': bounded('recipientMinute', 'The same, within a minute.'),
  'gateway.recipientDay': bounded('recipientDay', 'The same, within a day.'),
  'gateway.maxInviteGwei': bounded('maxInviteGwei', 'Gwei that the gateway pays for one invite at most.'),
  'gateway.includeWithinSeconds': bounded(
    'includeWithinSeconds',
    'Seconds of the L2 within which what was promised has happened.',
  ),
} as const
