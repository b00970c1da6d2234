// The words for a length of time. The server says the same: Layout.Left in internal/web, and a test compares the two.

export function span(milliseconds) {
  const minutes = Math.floor(milliseconds / 60000);
  if (minutes < 1) return "less than a minute";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours < 48 ? "1 day" : `${Math.floor(hours / 24)} days`;
}

export function left(milliseconds) {
  return milliseconds < 0 ? `${span(-milliseconds)} over` : `${span(milliseconds)} left`;
}
