import { gatewayBounds } from '@parley/gateway'
import { type Defaulted, defaulted, integer, secretKey } from './setting.ts'

const bounded = (option: keyof typeof gatewayBounds, about: string): Defaulted<number> => {
  const [standard, minimum, maximum] = gatewayBounds[option]
  return defaulted(standard, integer(minimum, maximum, { about }))
}

/** For whom a gateway pays, and how much. */
export const gatewaySettings = {
  'gateway.key': secretKey('Key that signs promises and quotes; its address is how clients know the gateway.'),
  'gateway.payKey': secretKey('Key whose account pays on the L2; nothing else may send from it.'),
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
