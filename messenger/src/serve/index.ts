export { PageError, type PageFault, pageFaults } from '../faults.ts'
export { type Places, placesOf } from '../places/places.ts'
export { buildPage } from './build-page.ts'
export { renderPage } from './render-page.ts'
