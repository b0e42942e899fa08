import { batcherSettings, costSettings } from './batcher-settings.ts'
import { chainSettings } from './chain-settings.ts'
import { chatSettings } from './chat-settings.ts'
import {
  authorizationSettings,
  committeeCallSettings,
  contactSettings,
  inviteSettings,
  treasurySettings,
} from './contract-settings.ts'
import { committeeSettings, daNodeSettings } from './da-node-settings.ts'
import { deploySettings } from './deploy-settings.ts'
import { gatewaySettings } from './gateway-settings.ts'
import { httpSettings } from './http-settings.ts'
import { journalSettings } from './journal-settings.ts'
import { keySettings, memberSettings } from './member-settings.ts'
import { migrateSettings } from './migrate-settings.ts'
import { archiveSettings, nodeSettings } from './node-settings.ts'
import { p2pSettings } from './p2p-settings.ts'
import { pdsSettings } from './pds-settings.ts'
import { placeSettings } from './place-settings.ts'
import { policySettings } from './policy-settings.ts'
import { pushSettings } from './push-settings.ts'
import { feedSettings } from './relay-settings.ts'
import { runSettings } from './run-settings.ts'
import { sequencerSettings } from './sequencer-settings.ts'
import type { Setting } from './setting.ts'
import { signerSettings } from './signer-settings.ts'
import { storeSettings } from './store-settings.ts'

/** Every key of the command, as `section.name`. Variables and flags follow from it, and so does the table in the README. */
export const settings = {
  ...runSettings,
  ...placeSettings,
  ...policySettings,
  ...chainSettings,
  ...sequencerSettings,
  ...signerSettings,
  ...journalSettings,
  ...httpSettings,
  ...batcherSettings,
  ...archiveSettings,
  ...costSettings,
  ...feedSettings,
  ...nodeSettings,
  ...p2pSettings,
  ...committeeSettings,
  ...daNodeSettings,
  ...storeSettings,
  ...gatewaySettings,
  ...pdsSettings,
  ...pushSettings,
  ...deploySettings,
  ...authorizationSettings,
  ...contactSettings,
  ...inviteSettings,
  ...committeeCallSettings,
  ...treasurySettings,
  ...memberSettings,
  ...chatSettings,
  ...migrateSettings,
  ...keySettings,
} as const satisfies Readonly<Record<`${string}.${string}`, Setting<unknown>>>
