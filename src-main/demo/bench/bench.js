/** The bench page: draws what the demo's server says, and sends acts back. */
const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props)
  node.append(...children)
  return node
}
const act = (body) =>
  fetch('/act', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
const button = (text, body, props = {}) =>
  el('button', { type: 'button', textContent: text, onclick: () => void act(body), ...props })
const toggle = (text, body, pressed) => {
  const node = button(text, body)
  node.setAttribute('aria-pressed', String(pressed))
  return node
}

const tours = [
  ['handover', 'A handover'],
  ['cable', 'Pull the cable and hand over'],
  ['paper', 'Paper out mid-slip'],
  ['second-desk', 'The second desk refused'],
  ['expired', 'An expired passport'],
  ['timeline', 'The audit timeline'],
]
document.querySelector('#tour-buttons').append(
  ...tours.map(([name, text]) => {
    const node = button(text, { act: 'tour', name }, { className: 'tour' })
    node.dataset.testid = `tour-${name}`
    return node
  }),
)

const printerOf = (desk) => [
  toggle('Paper', { act: 'paper', desk: desk.key, state: 'ok' }, desk.paper === 'ok'),
  toggle('Nearly out', { act: 'paper', desk: desk.key, state: 'near-end' }, desk.paper === 'near-end'),
  toggle('Out of paper', { act: 'paper', desk: desk.key, state: 'out' }, desk.paper === 'out'),
  toggle('Cover open', { act: 'cover', desk: desk.key, open: !desk.coverOpen }, desk.coverOpen),
  toggle('Printer off', { act: 'power', desk: desk.key, on: !desk.on }, !desk.on),
]

function drawDesk(desk) {
  const people = el('div', { className: 'people' })
  for (const member of desk.staff) {
    people.append(
      el(
        'div',
        { className: 'person' },
        el('span', { className: 'name' }, member.name, el('small', {}, `${member.role}, PIN ${member.pin}`)),
        button('Badge', { act: 'tap', desk: desk.key, text: member.badge }),
      ),
    )
  }
  const visitors = el('div', { className: 'people' })
  for (const person of desk.visitors) {
    visitors.append(
      el(
        'div',
        { className: 'person' },
        el('span', { className: 'name' }, person.name, el('small', {}, person.note)),
        button('Card', { act: 'tap', desk: desk.key, text: person.card }),
        button('Passport', { act: 'passport', desk: desk.key, person: person.key, expired: false }),
        button('Expired passport', { act: 'passport', desk: desk.key, person: person.key, expired: true }),
      ),
    )
  }
  const tray = el('div', { className: 'tray' })
  if (desk.slips.length === 0) tray.append(el('p', {}, 'The tray is empty.'))
  for (const slip of desk.slips)
    tray.append(el('img', { src: slip.picture, alt: slip.cut ? 'A slip, cut' : 'A slip, torn' }))
  const open = el('a', {
    className: 'button main',
    href: `/open?desk=${desk.key}`,
    target: `lodge-${desk.key}`,
    textContent: 'Open this desk’s window',
  })
  open.dataset.testid = `open-${desk.key}`
  const phone = []
  if (desk.phone !== null) {
    const link = el('a', {
      className: 'button main',
      href: desk.phone,
      target: 'lodge-phone',
      textContent: 'The visitor’s phone: open the e-ID page',
    })
    link.dataset.testid = `phone-${desk.key}`
    phone.push(el('div', { className: 'buttons' }, link))
  }
  return el(
    'article',
    {},
    el('h2', {}, desk.title),
    el('p', { className: 'state' }, desk.state),
    el(
      'div',
      { className: 'buttons' },
      open,
      ...(desk.serves ? [button('Take the slips', { act: 'take', desk: desk.key })] : []),
      button('Kill the engine', { act: 'kill', desk: desk.key }),
    ),
    ...phone,
    el('h3', {}, desk.serves ? 'Printer and cable' : 'Cable'),
    el(
      'div',
      { className: 'buttons' },
      ...(desk.serves ? printerOf(desk) : []),
      toggle('Cable out', { act: 'cable', desk: desk.key, plugged: !desk.cable }, !desk.cable),
      toggle('Reader out', { act: 'reader', desk: desk.key, plugged: !desk.reader }, !desk.reader),
    ),
    ...(desk.serves ? [el('h3', {}, 'Staff'), people] : []),
    el(
      'h3',
      {},
      desk.key === 'helpdesk-lakeside'
        ? 'Visitors: with something to collect, and without'
        : 'Visitors with something to collect here',
    ),
    visitors,
    ...(desk.serves ? [el('h3', {}, 'The slip in the tray'), tray] : []),
  )
}

function drawTimeline(events) {
  document.querySelector('#timeline').hidden = events.length === 0
  document.querySelector('#timeline-rows').replaceChildren(
    ...events.map((event) =>
      el(
        'tr',
        {},
        el('td', {}, new Date(event.time).toLocaleTimeString('fi-FI')),
        el('td', {}, event.kind),
        el('td', {}, event.desk ?? ''),
        el('td', {}, event.actor ?? ''),
        el(
          'td',
          {},
          Object.entries(event.detail)
            .map(([key, value]) => `${key}: ${value}`)
            .join(', '),
        ),
      ),
    ),
  )
}

new EventSource('/events').onmessage = ({ data }) => {
  const world = JSON.parse(data)
  document.querySelector('#desks').replaceChildren(...world.desks.map(drawDesk))
  document
    .querySelector('#tour-log')
    .replaceChildren(...world.log.map((line) => el('li', { className: line.bad ? 'bad' : '', textContent: line.text })))
  for (const node of document.querySelectorAll('.tour')) node.disabled = world.touring
  drawTimeline(world.timeline)
}
