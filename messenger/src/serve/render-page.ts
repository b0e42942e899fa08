import { fillPage, type PageFiles } from '@parley/pages'
import type { Places } from '../places/places.ts'
import { policyOf } from '../places/policy.ts'

/** The page with where its services are and what it may do put in. */
export const renderPage = (files: PageFiles, places: Places): PageFiles =>
  fillPage(files, { policy: policyOf(places), places })
