import { defaulted, words } from './setting.ts'

/** What a migration does, each of use without the others. @see docs/spec/migration.md#phases */
export const migrationPhases = ['contacts', 'conversations', 'anchors'] as const

/** What of a migration is done. */
export const migrateSettings = {
  'migrate.phases': defaulted(
    [],
    words(migrationPhases, {
      flag: 'do',
      about:
        'Phases that are done, separated by commas: contacts, conversations, anchors. When left out nothing is done, and what remains is shown.',
    }),
  ),
} as const
