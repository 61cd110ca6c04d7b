/** Line icons that only the console has, on the house's 24-unit grid. */
export const consoleIcons = {
  desk: 'M3 20V9l9-5 9 5v11M8 20v-6h8v6M3 20h18',
  inbox: 'M4 13l3-8h10l3 8v6H4zM4 13h5a3 3 0 0 0 6 0h5',
  letter: 'M3 6h18v12H3zM3 7l9 7 9-7',
  upload: 'M12 15V4M8 8l4-4 4 4M4 14v5a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-5',
  download: 'M12 4v11M8 11l4 4 4-4M4 14v5a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-5',
  chart: 'M4 20V10M10 20V4M16 20v-7M21 20H3',
  chain: 'M10 14a4 4 0 0 1 0-6l2-2a4 4 0 0 1 6 6l-1 1M14 10a4 4 0 0 1 0 6l-2 2a4 4 0 0 1-6-6l1-1',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2',
  rules: 'M5 4h14v16H5zM9 9h6M9 13h6M9 17h3',
  key: 'M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 12l8-8M16 7l3 3',
  people:
    'M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2.5 20a6.5 6.5 0 0 1 13 0M16 5.5a3 3 0 0 1 0 6M18 14.5a6 6 0 0 1 3.5 5.5',
  hook: 'M12 3v9M12 12a4 4 0 1 1-4 4M9 6l3-3 3 3',
  erase: 'M9 5h11a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H9l-6-7zM12 9.5l5 5M17 9.5l-5 5',
  move: 'M4 12h14M13 6l6 6-6 6',
} as const
export type ConsoleIconName = keyof typeof consoleIcons
