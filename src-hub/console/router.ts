/**
 * Addresses of the console. A page that a role may not see is not there for it; who is not signed in comes back after
 * signing in.
 */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { welcomePath } from '../../src-shared/hub-api/agent/session.ts'
import { places, type PlaceName } from './places.ts'
import { useSession } from './stores/index.ts'

/** Pages come in pieces of their own, so that the first one is there soon. */
const pages: Readonly<Record<PlaceName, () => Promise<unknown>>> = {
  issue: () => import('./pages/IssuePage.vue'),
  pickups: () => import('./pages/PickupsPage.vue'),
  people: () => import('./pages/PeoplePage.vue'),
  requests: () => import('./pages/RequestsPage.vue'),
  letters: () => import('./pages/LettersPage.vue'),
  import: () => import('./pages/ImportPage.vue'),
  desks: () => import('./pages/DesksPage.vue'),
  alarms: () => import('./pages/AlarmsPage.vue'),
  statistics: () => import('./pages/StatisticsPage.vue'),
  ledger: () => import('./pages/LedgerPage.vue'),
  chains: () => import('./pages/ChainsPage.vue'),
  quarantine: () => import('./pages/QuarantinePage.vue'),
  audit: () => import('./pages/AuditPage.vue'),
  setup: () => import('./pages/SetupPage.vue'),
  institution: () => import('./pages/InstitutionPage.vue'),
  places: () => import('./pages/PlacesPage.vue'),
  enrolment: () => import('./pages/EnrolmentPage.vue'),
  staff: () => import('./pages/StaffPage.vue'),
  'people-sources': () => import('./pages/PeopleSourcesPage.vue'),
  policy: () => import('./pages/PolicyPage.vue'),
  slip: () => import('./pages/SlipPage.vue'),
  retention: () => import('./pages/RetentionPage.vue'),
  settings: () => import('./pages/SettingsPage.vue'),
  accounts: () => import('./pages/AccountsPage.vue'),
  tokens: () => import('./pages/TokensPage.vue'),
  webhooks: () => import('./pages/WebhooksPage.vue'),
}

const inside: RouteRecordRaw[] = places.map((place) => ({
  path: place.path,
  name: place.name,
  component: pages[place.name],
  meta: { needs: place.needs },
}))

export function makeRouter() {
  const router = createRouter({
    history: createWebHistory('/'),
    routes: [
      { path: '/', redirect: () => home() },
      { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignInPage.vue'), meta: { open: true } },
      { path: welcomePath, name: 'welcome', component: () => import('./pages/WelcomePage.vue'), meta: { open: true } },
      {
        path: '/pickups/:id',
        name: 'pickup',
        component: () => import('./pages/PickupPage.vue'),
        meta: { needs: 'pickup' },
      },
      {
        path: '/people/:id',
        name: 'person',
        component: () => import('./pages/PersonPage.vue'),
        meta: { needs: 'recipient' },
      },
      { path: '/me', name: 'me', component: () => import('./pages/MePage.vue'), meta: { needs: 'session' } },
      ...inside,
      { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./pages/NowherePage.vue') },
    ],
    scrollBehavior: (_to, _from, kept) => kept ?? { top: 0 },
  })
  const home = () => {
    const session = useSession()
    return (
      places.find(
        (place) =>
          place.name === (session.may('watch') && !session.may('issue') ? 'desks' : 'pickups') &&
          session.may(place.needs),
      )?.path ?? '/desks'
    )
  }
  let asked = false
  router.beforeEach(async (to) => {
    const session = useSession()
    if (!asked) {
      asked = true
      await session.recall()
    }
    if (to.meta['open'] === true) return true
    if (session.me === null) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    const needs = to.meta['needs']
    return typeof needs === 'string' && !session.may(needs as 'pickup')
      ? { name: 'nowhere', params: { rest: to.path.slice(1).split('/') } }
      : true
  })
  return router
}
