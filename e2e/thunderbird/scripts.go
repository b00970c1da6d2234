package main

// What Thunderbird is made to do, in its own words. Its buttons are pressed where they stand; only what the keyboard would be slow or unsure at (typing a time,
// choosing a mail) is said to the parts that the keyboard would have said it to.

// shared stands before each script.
const shared = `
  const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const pause = (ms) => new Promise((r) => setTimeout(r, ms));
  const until = async (what, holds) => {
    let last = "";
    for (const end = Date.now() + 40000; Date.now() < end; ) {
      try { const found = await holds(); if (found) return found; last = ""; } catch (e) { last = String(e); }
      await pause(100);
    }
    throw new Error("it never came to " + (typeof what == "function" ? what() : what) + " " + last);
  };
  const pane = () => window.gTabmail.currentAbout3Pane;
  const inbox = () => MailServices.accounts.defaultAccount.incomingServer.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
  const message = () => pane().messageBrowser.contentWindow;
  const calendar = () => cal.manager.getCalendars().find((c) => c.id == "own");
  const events = () => calendar().getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
  const settle = (ms) => pause(ms); // so that a picture shows what was drawn
`

// ready waits until the main window is whole, makes it as large as the screen, and opens the inbox. The password is said as if it had been typed.
const ready = `
  await until("a window", () => pane()?.folderTree && pane().threadTree);
  window.maximize();
  const server = MailServices.accounts.defaultAccount.incomingServer;
  server.password = args[0];
  server.performExpand(msgWindow);
  await until("an inbox", inbox);
  pane().displayFolder(inbox().URI);
`

// write opens the window of a new event as the calendar's own button does, with what the worker would type: args are its name, place, words, start and end in
// milliseconds, and whom it invites.
const write = `
  const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
  const { CalAttendee } = ChromeUtils.importESModule("resource:///modules/CalAttendee.sys.mjs");
  const [name, place, words, start, end, guest] = args;
  const event = new CalEvent();
  event.title = name;
  event.setProperty("LOCATION", place);
  event.setProperty("DESCRIPTION", words);
  event.privacy = "PRIVATE";
  const at = (ms) => { const t = cal.dtz.jsDateToDateTime(new Date(ms), cal.dtz.defaultTimezone); t.isDate = false; return t; };
  event.startDate = at(start);
  event.endDate = at(end);
  const who = new CalAttendee();
  who.id = "mailto:" + guest;
  who.role = "REQ-PARTICIPANT";
  who.participationStatus = "NEEDS-ACTION";
  who.rsvp = "TRUE";
  event.addAttendee(who);
  window.gTabmail.openTab("calendar");
  window.createEventWithDialog(calendar(), null, null, null, event);
  const dialog = await until("the event's window", () => Services.wm.getMostRecentWindow("Calendar:EventDialog"));
  const inside = await until("the event's form", () => { const d = dialog.document.getElementById("calendar-item-panel-iframe").contentDocument; return d.getElementById("item-title")?.value == name && d; });
  dialog.moveTo(150, 60);
  await settle(1500);
`

// save presses "Save and Close" of the event's window, or "Send And Close", as it is called where somebody is invited.
const save = `
  const dialog = Services.wm.getMostRecentWindow("Calendar:EventDialog");
  const button = dialog.document.getElementById("button-saveandclose");
  const label = button.label;
  button.click();
  await until("an end of the event's window", () => !Services.wm.getMostRecentWindow("Calendar:EventDialog"));
  return label;
`

// change opens the event of a name, and types a later end, in milliseconds.
const change = `
  const event = await until("the event", async () => (await events()).find((e) => e.title == args[0]));
  window.modifyEventWithDialog(event, true);
  const dialog = await until("the event's window", () => Services.wm.getMostRecentWindow("Calendar:EventDialog"));
  const inside = await until("the event's form", () => { const d = dialog.document.getElementById("calendar-item-panel-iframe").contentDocument; return d.getElementById("item-title")?.value == args[0] && d; });
  const end = inside.getElementById("event-endtime");
  end.value = new Date(args[1]);
  end.dispatchEvent(new inside.defaultView.Event("change", { bubbles: true }));
  inside.defaultView.dateTimeControls2State?.(false);
  dialog.moveTo(150, 60);
  await settle(1500);
`

// erase deletes the event of a name, as the key for it does. Thunderbird asks whether it is to tell those who were invited: after three seconds, in which a
// picture is taken, its yes is pressed.
const erase = `
  const event = await until("the event", async () => (await events()).find((e) => e.title == args[0]));
  setTimeout(() => window.calendarViewController.deleteOccurrences([event], false, true), 0);
  // A window's own timers stand still while it asks.
  const { setInterval: ticking, clearInterval: ended } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
  let seen = 0;
  const asked = ticking(() => {
    const question = [...Services.wm.getEnumerator(null)].find((w) => w.document.getElementById("commonDialog"));
    if (!question && seen >= 6) ended(asked);
    if (!question) return;
    const yes = question.document.getElementById("commonDialog").getButton("accept");
    if (++seen >= 6 && !yes.disabled) yes.click();
  }, 500);
`

// read waits for a mail that was not read yet, whose subject holds some words, and opens it. Where args[1] is set it has to be shown as a meeting, with its bar.
const read = `
  window.allclearRead ??= new Set();
  const mailTab = window.gTabmail.tabInfo.find((t) => t.mode.name == "mail3PaneTab");
  window.gTabmail.switchToTab(mailTab);
  document.getElementById("today-pane-panel").collapsed = true;
  pane().document.getElementById("folderPane").style.width = "140px";
  const mail = await until(() => "a mail about " + args[0] + "; there are: " + [...inbox().messages].map((m) => m.mime2DecodedSubject).join(" | "), async () => {
    inbox().updateFolder(window.msgWindow);
    await pause(300);
    return [...inbox().messages].find((m) => !window.allclearRead.has(m.messageId) && m.mime2DecodedSubject.includes(args[0]));
  });
  window.allclearRead.add(mail.messageId);
  pane().displayFolder(inbox().URI);
  await until("the list", () => pane().gDBView && pane().gDBView.findIndexOfMsgHdr(mail, true) != 0xffffffff);
  await until("the mail's words", async () => {
    pane().selectMessage(mail);
    await pause(300);
    return message().gMessage?.messageId == mail.messageId;
  });
  const bar = () => message().document.getElementById("imip-bar");
  const says = () => bar().querySelector(".msgNotificationBarText").textContent;
  const buttons = () => [...message().document.querySelectorAll("#imip-view-toolbar > toolbarbutton")].filter((b) => !b.hidden && b.getBoundingClientRect().width > 0).map((b) => b.label);
  const body = () => message().getMessagePaneBrowser().contentDocument;
  await until("the mail's words", () => body().body?.textContent.trim() && (!args[1] || !bar().collapsed));
  if (args[1]) await until("its buttons", () => says() && buttons().length > 0);
  await settle(1500);
  const clean = (t) => t.replace(/\s+/g, " ").trim();
  return { Subject: mail.mime2DecodedSubject, From: mail.mime2DecodedAuthor, Bar: args[1] ? clean(says()) : "", Buttons: args[1] ? buttons() : [], Words: clean(body().body.innerText || body().body.textContent) };
`

// press presses a button of the meeting's bar, by its id.
const press = `
  const button = message().document.getElementById(args[0]);
  if (!button || button.hidden) throw new Error("there is no " + args[0] + " to press");
  button.click();
  await until("an end of the button", () => button.hidden);
  await settle(1500);
`

// held is what the calendar holds.
const held = `
  return (await events()).map((e) => ({ Title: e.title, Start: e.startDate.nativeTime / 1000, End: e.endDate.nativeTime / 1000, Privacy: e.privacy || "", Status: e.status || "",
    Answer: e.getAttendees().map((a) => a.id + " " + a.participationStatus).join(", ") }));
`

// show opens the calendar at a day.
const show = `
  window.gTabmail.openTab("calendar");
  await window.switchToView?.("day");
  window.currentView?.().goToDay?.(cal.dtz.jsDateToDateTime(new Date(args[0]), cal.dtz.defaultTimezone));
  await settle(2000);
`
