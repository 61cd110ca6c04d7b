/** The six tours of the demo, on a real hub, real PostgreSQL, real engine processes, HID reports and ESC/POS bytes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runTour, type TourPorts } from '../../src-main/demo/tours.ts'
import type { World } from '../../src-main/demo/world.ts'
import type { TimelineEvent } from '../../src-shared/hub-api/index.ts'
import { startTestWorld } from '../support/world.ts'

let world: World
let ports: TourPorts & { said: string[]; timeline: readonly TimelineEvent[] }

beforeAll(async () => {
  world = await startTestWorld()
  ports = {
    world,
    last: null,
    said: [],
    timeline: [],
    say: (line) => void ports.said.push(line),
    pause: () => Promise.resolve(),
    showTimeline: (events) => {
      ports.timeline = events
    },
  }
})

afterAll(async () => {
  await world.stop()
})

const lakeside = () => {
  const desk = world.desks.get('porter-lakeside')
  if (desk === undefined) throw new Error('no desk')
  return desk
}

describe('the tours', () => {
  it('hands over one slip, and the hub acknowledges it', async () => {
    await runTour('handover', ports)
    const slips = lakeside().printer.takeSlips()
    expect(slips.map((slip) => slip.cut)).toEqual([true])
    expect(slips[0]?.text).toContain('Aino-Maria Åkerström')
  })

  it('hands over with the cable out, and loses nothing', async () => {
    await runTour('cable', ports)
    expect(ports.said.join('\n')).toMatch(/[1-9]\d* entries wait/)
    expect(
      lakeside()
        .printer.takeSlips()
        .filter((slip) => slip.cut),
    ).toHaveLength(1)
  })

  it('is not sure of a slip that ran out of paper, prints one more, and nothing by itself', async () => {
    await runTour('paper', ports)
    const slips = lakeside().printer.takeSlips()
    expect(slips.filter((slip) => slip.cut)).toHaveLength(1)
  })

  it('refuses at a desk without the grant', async () => {
    await runTour('second-desk', ports)
    expect(ports.said.join('\n')).toContain('waits at another desk')
  })

  it('refuses an expired passport and takes a valid card', async () => {
    await runTour('expired', ports)
    expect(ports.said.join('\n')).toContain('has expired')
  })

  it('shows who did what, at which desk, on which proof', async () => {
    await runTour('timeline', ports)
    const kinds = ports.timeline.map((event) => event.kind)
    expect(kinds).toEqual(
      expect.arrayContaining([
        'issued',
        'granted',
        'arrival',
        'verification-refused',
        'verification',
        'slip-intended',
        'slip-printed',
        'handed-over',
      ]),
    )
    const verification = ports.timeline.find((event) => event.kind === 'verification')
    expect(verification).toMatchObject({
      actor: 'Kalle Ristola',
      desk: 'Porter’s lodge',
      detail: { proof: 'identity-card', method: 'machine-read', issuerCountry: 'FIN' },
    })
    expect(JSON.stringify(ports.timeline)).not.toMatch(/Haddad|1990-04-17|HADDAD/)
  })
})
