// The pages in a browser, on the articles of `corpus/`.
//
//   TIMBAO=target/debug/timbao CHROMIUM=/usr/bin/chromium npm test --prefix crates/server/tests/browser
//
// SCREENSHOTS=FOLDER keeps pictures to look at.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";

const root = new URL("../../../../", import.meta.url).pathname;
const timbao = resolve(root, process.env.TIMBAO ?? "target/debug/timbao");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const directory = mkdtempSync(join(tmpdir(), "timbao-"));
// Saved searches are next to the index.
const index = join(directory, "index");
mkdirSync(index);
let server;
let site;
let browser;
let page;
let complaints;

before(async () => {
  const sources = ["articles", "web", "wire"].map((directory) => join(root, "corpus", directory));
  execFileSync(timbao, ["index", "--index", index, ...sources], { stdio: "ignore" });
  server = spawn(timbao, ["serve", "--index", index, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "ignore"] });
  site = await new Promise((resolve, reject) => {
    server.stdout.once("data", (data) => resolve(data.toString().trim()));
    server.once("exit", (code) => reject(new Error(`the server ended: ${code}`)));
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
});

after(async () => {
  await browser?.close();
  server?.kill("SIGTERM");
  rmSync(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  await page?.context().close();
  page = await visit();
});

/** A page of a browser of its own, on which nothing may go wrong. */
async function visit(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const visited = await context.newPage();
  complaints = [];
  visited.on("pageerror", (error) => complaints.push(error.message));
  visited.on("dialog", (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  visited.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  visited.on("request", (request) => {
    if (!request.url().startsWith(site)) complaints.push(`asked elsewhere: ${request.url()}`);
  });
  return visited;
}

const open = (path) => page.goto(site + path.replace(/^\//, ""));
const search = (parameters) => "/?" + new URLSearchParams(parameters);
const picture = async (name) => {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
};

/** Holds the page to WCAG 2.2 AA, as far as a program can. */
async function accessible() {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const wrong = found.violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
  assert.deepEqual(wrong, []);
}

/** Types as an input method does: each syllable is composed, then put in its place. */
async function compose(text) {
  const session = await page.context().newCDPSession(page);
  for (const syllable of text.split(/(?<= )/)) {
    await session.send("Input.imeSetComposition", { text: syllable.normalize("NFD").slice(0, 2), selectionStart: 1, selectionEnd: 1 });
    await session.send("Input.imeSetComposition", { text: syllable, selectionStart: syllable.length, selectionEnd: syllable.length });
    await session.send("Input.insertText", { text: syllable });
  }
}

test("typing without accents suggests words with them", async () => {
  await open("/");
  await page.keyboard.press("/");
  await page.keyboard.type("tu dien");
  const first = page.locator("#suggestions li").first();
  // What was suggested for the first letters may still stand there.
  await page.locator("#suggestions li", { hasText: "tự diễn" }).first().waitFor();
  await picture("suggestions");
  await accessible();
  await page.keyboard.press("ArrowDown");
  assert.equal(await first.getAttribute("aria-selected"), "true");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#suggestions").isHidden(), true);
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=tu\+dien/);
  assert.match(await page.locator(".reading").innerText(), /không dấu/);
  assert.ok(await page.locator(".hit").count() > 0);
  assert.deepEqual(complaints, []);
});

test("suggestions keep up with a syllable that is being composed", async () => {
  await open("/");
  const session = await page.context().newCDPSession(page);
  await page.locator("#q").focus();
  await session.send("Input.insertText", { text: "tự " });
  // The syllable is in the box, but not yet put in its place.
  await session.send("Input.imeSetComposition", { text: "diễ", selectionStart: 3, selectionEnd: 3 });
  await page.locator("#suggestions li", { hasText: "tự diễn" }).first().waitFor();
  assert.equal(await page.locator("#q").inputValue(), "tự diễ");
  await session.send("Input.insertText", { text: "diễn " });
  await compose("biến");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=t/);
  assert.match(await page.locator(".reading").innerText(), /đúng dấu/);
  assert.match(await page.locator(".hit mark").first().innerText(), /tự diễn biến/i);
  assert.deepEqual(complaints, []);
});

test("a suggestion finds as many articles as it says", async () => {
  for (const [typed, path] of [["tự diễn b", "/"], ["\"tự d", "/"], ["mục:", "/"], ["của mục:\"ph", "/"], ["c", search({ q: "của", section: "=Pháp luật" })]]) {
    await open(path);
    await page.locator("#q").fill("");
    await page.locator("#q").pressSequentially(typed);
    const first = page.locator("#suggestions li").first();
    await first.waitFor();
    await page.waitForTimeout(300);
    const [text, number] = await first.locator("span").allInnerTexts();
    assert.equal((text.match(/"/g) ?? []).length % 2, 0, text);
    await first.click();
    await page.waitForURL(/[?&]q=/);
    await page.waitForFunction((text) => document.querySelector("#q").value === text, text);
    assert.equal(await page.locator("#count").innerText(), `${number} bài`, text);
  }
  assert.deepEqual(complaints, []);
});

test("names are suggested in their case, and in a field its values", async () => {
  await open("/");
  await page.locator("#q").pressSequentially("báo:");
  await page.locator("#suggestions li", { hasText: /^báo:"/ }).first().waitFor();
  const values = await page.locator("#suggestions li span:first-child").allInnerTexts();
  assert.ok(values.length > 1 && values.every((value) => /^báo:"[^"]+"$/.test(value)), String(values));
  assert.deepEqual(complaints, []);
});

test("the help opens over a page, and is a page", async () => {
  await open(search({ q: "tự diễn biến" }));
  await page.keyboard.press("?");
  const dialog = page.locator("dialog");
  await dialog.waitFor();
  assert.match(await dialog.innerText(), /NEAR\/5/);
  assert.match(await dialog.innerText(), /Phím tắt/);
  await accessible();
  await picture("help");
  await page.keyboard.press("Escape");
  // It is removed by an event.
  await dialog.waitFor({ state: "detached" });
  assert.match(page.url(), /q=/);
  await page.locator("footer a[data-help]").click();
  await page.waitForURL(/help/);
  await accessible();
  // Every example is a search without a warning.
  const cases = await page.locator(".help dt").evaluateAll((terms) => terms.map((term) => getComputedStyle(term, "::first-letter").textTransform));
  assert.ok(cases.every((name) => name === "none"), "examples keep their case");
  const examples = await page.locator(".help dt a").evaluateAll((links) => links.map((link) => link.href));
  assert.ok(examples.length > 30);
  for (const example of examples) {
    await page.goto(example);
    assert.equal(await page.locator(".problems").count(), 0, example);
  }
  assert.deepEqual(complaints, []);
});

test("a form needs no operators", async () => {
  await open("/");
  await page.locator(".welcome a", { hasText: "mẫu" }).click();
  await accessible();
  await picture("form");
  await page.locator("#exact").fill("tự diễn biến");
  await page.locator("#none").fill("bóng đá, cổ đông");
  await page.selectOption("#in", "body");
  await page.locator("#from").fill("2024");
  await page.locator(".fields button").click();
  await page.waitForURL((url) => url.pathname === "/" && url.searchParams.get("from") === "2024");
  assert.equal(await page.locator("#q").inputValue(), 'body:("tự diễn biến") -"bóng đá" -"cổ đông"');
  assert.ok(await page.locator(".hit mark").count() > 0);
  assert.deepEqual(complaints, []);
});

test("the list: totals, marks, facets, dates, keys and the way back", async () => {
  await open(search({ q: "tự diễn biến" }));
  const total = parseInt(await page.locator("#count").innerText());
  assert.ok(total > 5);
  await page.waitForFunction(() => document.querySelector(".live").textContent !== "");
  await picture("results");
  await accessible();

  const value = page.locator(".facet li").first();
  const [name, number] = await Promise.all([value.locator("[lang=vi]").innerText(), value.locator(".number").innerText()]);
  await value.locator("[lang=vi]").click();
  await page.waitForURL(/section=/);
  assert.equal(await page.locator("#count").innerText(), `${number} bài`);
  assert.match(await page.locator(".active").innerText(), new RegExp(name));
  await page.locator(".active a").click();
  assert.equal(await page.locator("#count").innerText(), `${total} bài`);
  await page.goBack();
  assert.equal(await page.locator("#count").innerText(), `${number} bài`);
  await page.goForward();
  assert.equal(await page.locator("#count").innerText(), `${total} bài`);

  await page.selectOption("#sort", "-date");
  await page.waitForURL(/sort=-date/);
  const dates = await page.locator(".hit time").evaluateAll((times) => times.map((time) => time.dateTime));
  assert.deepEqual(dates, [...dates].sort().reverse());

  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const focused = await page.evaluate(() => document.activeElement.closest("li") === document.querySelector(".hits li"));
  assert.ok(focused);
  await page.keyboard.press("Enter");
  await page.waitForURL(/article/);
  assert.ok(await page.locator(".whole mark").count() > 0);
  await accessible();
  await picture("article");
  await page.goBack();

  const chart = await page.locator(".histogram svg").boundingBox();
  await page.mouse.move(chart.x + chart.width * 0.5, chart.y + 40);
  await page.mouse.down();
  await page.mouse.move(chart.x + chart.width * 0.7, chart.y + 40);
  await page.mouse.move(chart.x + chart.width - 2, chart.y + 40);
  await page.mouse.up();
  await page.waitForURL(/from=.*to=/);
  assert.ok(parseInt(await page.locator("#count").innerText()) < total);
  assert.deepEqual(complaints, []);
});

test("every page has 20 hits and the next goes on", async () => {
  await open(search({ q: "tu dien bien", accents: "loose" }));
  const first = await page.locator(".hit h2").allInnerTexts();
  await page.locator("a[rel=next]").click();
  await page.waitForURL(/view=/);
  const second = await page.locator(".hit h2").allInnerTexts();
  assert.equal(first.length, 20);
  assert.equal(await page.locator(".hits").getAttribute("start"), "21");
  assert.deepEqual(second.filter((title) => first.includes(title) && !title.startsWith("(")), []);
  assert.deepEqual(complaints, []);
});

test("a link to a page outlives the list that it was made of", async () => {
  await open(search({ q: "đảng", page: 2, view: "00000000000000aa" }));
  assert.match(await page.locator("p.note").innerText(), /danh sách mới/);
  assert.match(await page.locator("nav.pages").innerText(), /2 \/ /);
  for (let last = false; !last;) {
    const next = page.locator("nav.pages a[rel=next]");
    last = await next.count() === 0;
    if (!last) await next.click();
    assert.ok(await page.locator(".hit").count() > 0);
  }
  assert.deepEqual(complaints, []);
});

test("the concordance sorts by left and right", async () => {
  await open("/kwic?" + new URLSearchParams({ q: "tự chuyển" }));
  await accessible();
  const column = (name) => page.locator(`.kwic td.${name}`).evaluateAll((cells) => cells.map((cell) => cell.textContent.trim()));
  await page.locator("th.right a").click();
  await page.waitForURL(/sort=right/);
  assert.equal(await page.locator("th.right").getAttribute("aria-sort"), "ascending");
  const right = (await column("right")).map((text) => text.normalize("NFC").match(/[\p{L}]+/u)?.[0].toLowerCase() ?? "");
  assert.ok(right.indexOf("hoa") >= 0 && right.lastIndexOf("hoa") < right.findIndex((word) => /ho[áa]́?|hóa/.test(word) && word !== "hoa"), String(right));
  await picture("concordance");
  await page.locator("th.left a").click();
  await page.waitForURL(/sort=left/);
  assert.equal(await page.locator("th.left").getAttribute("aria-sort"), "ascending");
  await page.goBack();
  assert.equal(await page.locator("th.right").getAttribute("aria-sort"), "ascending");
  await page.locator("td.match a").first().click();
  await page.waitForURL(/article/);
  await page.locator(".back a").click();
  assert.equal(await page.locator("th.right").getAttribute("aria-sort"), "ascending");
  const download = page.waitForEvent("download");
  await page.locator("details.export summary").click();
  await page.locator("details.export a[href*='kwic.csv']").last().click();
  assert.equal((await download).suggestedFilename(), "timbao-concordance.csv");
  assert.deepEqual(complaints, []);
});

const trends = (...parameters) => "/trends?" + new URLSearchParams(parameters);

test("a mark of a trend leads to its concordance", async () => {
  await open(trends(["q", "tự diễn biến"], ["q", "đại hội"], ["by", "year"]));
  await accessible();
  await picture("trends");
  const mark = page.locator(".lines .s1 a").first();
  const [, year, rate, matches] = (await mark.locator("title").textContent()).match(/, (\d+)\. Số lần xuất hiện trên một triệu tiếng: ([\d.,]+)\. (\d+) lần xuất hiện trong \d+ bài trên tổng số \d+ bài\.$/);
  assert.ok(rate && year && matches);
  await mark.hover();
  assert.match(await page.locator(".point").innerText(), /một triệu tiếng/);
  await mark.click();
  await page.waitForURL(/kwic.*from=/);
  assert.match(page.url(), new RegExp(`from=${year}&to=${year}`));
  assert.match(await page.locator("#count").innerText(), new RegExp(`^${matches} lần xuất hiện`));
  await page.goBack();
  await page.selectOption("#measure", "articles");
  await page.waitForURL(/measure=articles/);
  assert.match(await page.locator(".lines figcaption").innerText(), /Số bài/);
  await page.locator(".figures summary").click();
  assert.ok(await page.locator(".figures tbody tr").count() > 3);
  await page.locator("fieldset #q").fill("từ điển");
  await page.keyboard.press("Enter");
  await page.waitForURL(/t%E1%BB%AB/);
  assert.equal(await page.locator(".totals li").count(), 3);
  assert.deepEqual(complaints, []);
});

test("each series is one tab stop, and arrow keys go on", async () => {
  await open(trends(["q", "tự diễn biến"], ["q", "đại hội"], ["by", "year"]));
  assert.equal(await page.locator(".lines a[tabindex='0']").count(), 2);
  await page.locator(".lines .s0 a").first().focus();
  const focused = () => page.evaluate(() => document.activeElement.querySelector("title")?.textContent);
  const first = await focused();
  await page.keyboard.press("ArrowRight");
  const second = await focused();
  assert.notEqual(second, first);
  assert.equal(await page.locator(".point").innerText(), second);
  await page.keyboard.press("ArrowDown");
  assert.match(await focused(), /^đại hội, /);
  await page.keyboard.press("ArrowUp");
  assert.match(await focused(), /^tự diễn biến, /);
  await page.keyboard.press("Tab");
  assert.match(await focused(), /^đại hội, /);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), undefined);
  assert.deepEqual(complaints, []);
});

test("trends are split, averaged, narrowed and downloaded", async () => {
  await open(trends(["q", "đại hội"], ["by", "year"]));
  await page.selectOption("#split", "source");
  await page.waitForURL(/split=source/);
  assert.ok(await page.locator(".totals li").count() > 1);
  assert.match(await page.locator(".totals").innerText(), /đại hội · /);
  await accessible();
  await page.selectOption("#average", "3");
  await page.waitForURL(/average=3/);
  assert.match(await page.locator("main").innerText(), /trung bình trượt 3 kỳ/);
  await page.selectOption("#count", "texts");
  await page.waitForURL(/count=texts/);
  await page.locator(".narrow > summary").click();
  await page.locator("#from").fill("2024");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.searchParams.get("from") === "2024" && url.searchParams.get("split") === "source");
  await page.locator(".figures summary").click();
  const years = await page.locator(".figures tbody th").allInnerTexts();
  assert.ok(years.every((year) => year >= "2024"), String(years));
  for (const [link, name] of [["a.svg", "timbao-trends.svg"], [".exports button", "timbao-trends.png"]]) {
    const download = page.waitForEvent("download");
    await page.locator(link).click();
    const file = await download;
    assert.equal(file.suggestedFilename(), name);
    const bytes = readFileSync(await file.path());
    if (name.endsWith("png")) assert.equal(bytes.subarray(1, 4).toString(), "PNG");
    else assert.match(bytes.toString(), /^<svg [\s\S]*Đường: [\s\S]*Timbao/);
  }
  assert.deepEqual(complaints, []);
});

test("the undated and thin periods of trends are explained", async () => {
  await open(trends(["q", "của"], ["by", "month"]));
  assert.match(await page.locator("main").innerText(), /Chấm rỗng: kỳ có dưới 20 bài\.|kỳ có dưới 20 bài nên không vẽ chấm/);
  await page.locator(".figures summary").click();
  assert.match(await page.locator(".figures tbody").innerText(), /không ghi ngày/);
  assert.deepEqual(complaints, []);
});

test("a concordance is sorted by two keys and shuffled with a seed", async () => {
  await open("/kwic?" + new URLSearchParams({ q: "tự chuyển" }));
  const lines = () => page.locator(".kwic tbody tr").allInnerTexts();
  await page.selectOption("#sort", "source");
  await page.waitForURL(/sort=source/);
  await page.selectOption("#then", "right");
  await page.waitForURL(/then=right/);
  const sorted = await lines();
  assert.equal(await page.locator("#then").inputValue(), "right");
  await page.selectOption("#shuffle", "true");
  await page.waitForURL(/shuffle=true/);
  const shuffled = await lines();
  assert.notDeepEqual(shuffled, sorted);
  assert.deepEqual([...shuffled].sort(), [...sorted].sort());
  await page.reload();
  assert.deepEqual(await lines(), shuffled);
  await page.locator("#seed").fill("7");
  await page.keyboard.press("Enter");
  await page.waitForURL(/seed=7/);
  assert.notDeepEqual(await lines(), shuffled);
  await accessible();
  assert.deepEqual(complaints, []);
});

test("a wide concordance shows all of its words", async () => {
  for (const width of [20, 40]) {
    await open(`kwic?${new URLSearchParams({ q: "Đảng", width })}`);
    const cut = await page.$$eval("td.left, td.right", (cells) =>
      cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1 || cell.scrollHeight > cell.clientHeight + 1).map((cell) => cell.textContent));
    assert.deepEqual(cut, [], `${width}`);
    const rows = await page.$$eval("td.right", (cells) => cells.map((cell) => cell.textContent.split(/\s+/).length));
    assert.ok(Math.max(...rows) > width - 5, `${rows}`);
  }
});

test("dates and sources of a concordance are whole in any font", async () => {
  for (const font of ["DejaVu Sans", "monospace", "serif"]) {
    await open("/kwic?" + new URLSearchParams({ q: "của" }));
    await page.evaluate((font) => { document.body.style.fontFamily = font; }, font);
    const cut = await page.locator(".kwic td.date, .kwic td.source").evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent));
    assert.deepEqual(cut, [], font);
  }
});

test("a line opens its article at the match, with as many marks as were counted", async () => {
  await open("/kwic?" + new URLSearchParams({ q: "tự diễn biến" }));
  const links = await page.locator("td.match a").evaluateAll((all) => all.map((link) => link.href));
  const ids = links.map((link) => new URL(link).searchParams.get("id"));
  const id = ids.find((id) => ids.filter((other) => other === id).length > 2);
  await page.goto(links[ids.lastIndexOf(id)]);
  assert.equal(await page.locator(".whole mark").count(), ids.filter((other) => other === id).length);
  const at = page.locator("mark#at");
  assert.match(await at.innerText(), /tự diễn biến/i);
  assert.ok(await at.evaluate((mark) => { const { top, bottom } = mark.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; }));
  await page.locator(".steps button").first().click();
  assert.notEqual(await page.evaluate(() => location.hash), "#at");
  await page.locator(".cite summary").click();
  assert.match(await page.locator(".cite").innerText(), /Trạng thái kho báo/);
  await accessible();
  assert.deepEqual(complaints, []);
});

test("print has the query, the filters, the date, and whole lines in bold", async () => {
  for (const [name, path] of [["list", search({ q: "tự diễn biến", from: "2016" })], ["lines", "/kwic?" + new URLSearchParams({ q: "tự diễn biến", from: "2016" })]]) {
    await open(path);
    await page.emulateMedia({ media: "print" });
    assert.match(await page.locator(".printed").innerText(), /in ngày \d\d\/\d\d\/\d{4}[\s\S]*tự diễn biến/);
    assert.match(await page.locator(".active").innerText(), /Từ ngày: 2016/);
    assert.ok(await page.locator(".cite dl").isVisible());
    assert.equal(await page.locator(".cite").evaluate((cite) => getComputedStyle(cite).breakInside), "avoid");
    assert.equal(await page.locator("form:visible, button:visible, select:visible").count(), 0);
    // No column is so narrow that letters stand below each other.
    const narrow = await page.locator(".kwic td.source").evaluateAll((cells) => cells.filter((cell) => cell.clientWidth < 40).length);
    assert.equal(narrow, 0);
    assert.equal(await page.locator("main mark").first().evaluate((mark) => getComputedStyle(mark).fontWeight), "700");
    const cut = await page.locator(".kwic td").evaluateAll((cells) => cells.filter((cell) => getComputedStyle(cell).whiteSpace === "nowrap" && !["date", "match"].includes(cell.className)).length);
    assert.equal(cut, 0);
    const broken = await page.locator(".kwic td.match a:not([data-long])").evaluateAll((links) => links.filter((link) => link.getClientRects().length > 1).length);
    assert.equal(broken, 0);
    // What can only be clicked is not on paper.
    assert.equal(await page.locator(".switch:visible").count(), 0);
    if (process.env.SCREENSHOTS) await page.pdf({ path: join(process.env.SCREENSHOTS, `print-${name}.pdf`), format: "A4" });
    await page.emulateMedia({ media: null });
  }
});

test("a printed article has the address of the original and no way back", async () => {
  const found = await (await fetch(site + "api/v1/search?" + new URLSearchParams({ q: "cán bộ", limit: "100" }))).json();
  const { id, url } = found.hits.find((hit) => hit.url);
  await open("/article?" + new URLSearchParams({ id, q: "cán bộ" }));
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".back:visible").count(), 0);
  const link = page.locator("a[rel~=external]");
  assert.equal(await link.getAttribute("href"), url);
  assert.match(await link.evaluate((a) => getComputedStyle(a, "::after").content), /attr\(href\)|https?:/);
});

test("nothing overflows at 400 % and with a long word", async () => {
  const word = "nghiêng".repeat(30);
  await page.context().close();
  page = await visit({ viewport: { width: 320, height: 256 } });
  for (const path of [search({ q: word }), search({ q: `"tự diễn biến" -${word}` }), "/kwic?" + new URLSearchParams({ q: `"tự diễn biến" -${word}` }), trends(["q", word], ["q", "đại hội"], ["by", "year"]), "/help", "/form", "/collocates?" + new URLSearchParams({ q: "tự diễn biến" }), search({ q: "của", section: `-=${word}` })]) {
    await open(path);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${path}: ${overflow} px too wide`);
  }
});

test("Vietnamese text on the English page is marked as such", async () => {
  for (const path of [search({ q: "tu dien bien", lang: "en" }), "/kwic?" + new URLSearchParams({ q: "tự diễn biến", lang: "en" }), trends(["q", "đại hội"], ["lang", "en"], ["split", "source"])]) {
    await open(path);
    const unmarked = await page.evaluate(() => {
      const found = [];
      const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const parent = text.parentElement;
        if (/[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i.test(text.data) && !parent.closest("[lang=vi], svg, option")) found.push(text.data);
      }
      return found;
    });
    assert.deepEqual(unmarked, [], path);
  }
});

test("nothing found explains itself", async () => {
  await open(search({ q: "\"tự diện biến\"" }));
  assert.match(await page.locator(".message").innerText(), /Không bài nào có "tự diện biến" đúng dấu/);
  await accessible();
  await picture("nothing");
  await page.locator(".relaxations a").first().click();
  assert.ok(await page.locator(".hit").count() > 0);
  assert.deepEqual(complaints, []);
});

/** The row of a value next to the list. */
const value = (name) => page.locator(".facet li").filter({ has: page.getByText(name, { exact: true }) });
const number = async (name) => parseInt((await value(name).locator(".number").innerText()).replaceAll(".", ""));
const total = async () => parseInt((await page.locator("#count").innerText()).replaceAll(".", ""));

test("a facet is that value and no other, or several values", async () => {
  await open(search({ q: "của" }));
  await page.locator(".facet summary").first().click();
  const all = await total();
  const [alone, longer] = [await number("Pháp luật"), await number("Pháp luật và đời sống")];
  assert.ok(alone > 0 && longer > 0);
  await value("Pháp luật").locator("[lang=vi]").click();
  await page.waitForURL(/section=%3D/);
  assert.equal(await total(), alone);
  assert.equal(await page.locator(".active").innerText(), "Chuyên mục: Pháp luật\n×");
  assert.ok(await value("Pháp luật").locator("input").first().isChecked());
  await accessible();
  // The other values can still be chosen, and count as before.
  await page.locator(".facet summary").first().click();
  assert.equal(await number("Pháp luật và đời sống"), longer);
  await value("Pháp luật và đời sống").locator("[lang=vi]").click();
  await page.waitForURL(/section=.*section=/);
  assert.equal(await total(), alone + longer);
  await picture("facets");
  // The other views keep both.
  await page.locator(".tabs a").nth(1).click();
  assert.match(await page.locator("#count").innerText(), new RegExp(` trong ${alone + longer} bài$`));
  await page.locator(".narrow > summary").click();
  await picture("narrow");
  await value("Pháp luật và đời sống").locator("[lang=vi]").click();
  await page.waitForURL((url) => url.pathname === "/kwic" && url.searchParams.getAll("section").length === 1);
  assert.match(await page.locator("#count").innerText(), new RegExp(` trong ${alone} bài$`));
  await page.locator(".active a").click();
  await page.locator(".tabs a").first().click();
  assert.equal(await total(), all);
  assert.deepEqual(complaints, []);
});

test("a value is excluded, and so are articles without one", async () => {
  await open(search({ q: "của" }));
  const all = await total();
  const sections = page.locator(".facet", { hasText: "Chuyên mục" });
  const without = parseInt(await sections.locator(".unknown .number").innerText());
  const first = sections.locator("li").first();
  const name = await first.locator("[lang=vi]").innerText();
  const articles = await number(name);
  await first.locator(".without input").click();
  await page.waitForURL(/section=-/);
  assert.equal(await total(), all - articles);
  assert.match(await page.locator(".active").innerText(), new RegExp(`trừ chuyên mục: ${name}`));
  await sections.locator(".unknown .without input").click();
  await page.waitForURL(/section=-.*section=\*/);
  assert.equal(await total(), all - articles - without);
  await accessible();
  await sections.locator(".unknown label").first().click();
  await page.waitForURL((url) => url.searchParams.getAll("section").includes("-*"));
  assert.equal(await total(), without);
  assert.match(await page.locator(".active").innerText(), /Chuyên mục: không ghi/);
  assert.deepEqual(complaints, []);
});

test("reprints are folded, and stand below the article", async () => {
  await open(search({ q: "lũ quét" }));
  const all = await page.locator(".hit").count();
  await page.locator(".unique a").click();
  await page.waitForURL(/count=texts/);
  const texts = parseInt(await page.locator(".head .about").innerText());
  assert.ok(texts < all);
  assert.equal(await page.locator(".hit").count(), texts);
  assert.equal(await page.locator("#count").innerText(), `${all} bài`);
  await accessible();
  await picture("folded");
  const reprints = page.locator(".reprints a").first();
  assert.match(await reprints.innerText(), /^\+\d+ bản đăng lại$/);
  await reprints.click();
  await page.waitForURL(/article.*#reprints$/);
  const publications = page.locator(".related ol li");
  assert.equal(await publications.count(), 3);
  assert.equal(await publications.locator("a[aria-current=page]").count(), 1);
  const dates = await publications.locator(".about").allInnerTexts();
  assert.ok(dates.every((date) => /\d\d\/09\/2024/.test(date)), String(dates));
  assert.match(await page.locator(".whole figcaption mark").innerText(), /lũ quét/i);
  await accessible();
  await picture("article-reprints");
  const title = await page.locator("h1").innerText();
  await publications.locator("a:not([aria-current])").first().click();
  assert.notEqual(await page.locator("h1").innerText(), title);
  assert.equal(await page.locator("#q").inputValue(), "lũ quét");
  await page.goBack();
  assert.equal(await page.locator("h1").innerText(), title);
  // The way back leads to the list as it was.
  await page.locator(".back a").click();
  await page.waitForURL(/count=texts/);
  // The other views count the texts too.
  await page.locator(".tabs a").nth(1).click();
  const [, counted] = (await page.locator("#count").innerText()).match(/ trong (\d+) bài$/);
  assert.ok(counted <= texts);
  assert.match(await page.locator(".active").innerText(), /Đếm: mỗi bài một lần/);
  await page.goBack();
  await page.locator(".unique a").click();
  await page.waitForURL((url) => !url.search.includes("count"));
  assert.equal(await page.locator(".hit").count(), all);
  assert.deepEqual(complaints, []);
});

test("similar articles lead on, and are no reprints", async () => {
  await open("/article?" + new URLSearchParams({ id: "2024/2024-09-11-lu-quet-khe-muc.txt" }));
  const links = (list) => page.locator(`.related ${list} a`).evaluateAll((found) => found.map((link) => new URL(link.href).searchParams.get("id")));
  const [publications, similar] = [await links("ol"), await links("ul")];
  assert.ok(similar.length > 0);
  assert.deepEqual(similar.filter((id) => publications.includes(id)), []);
  await page.locator(".related ul a").first().click();
  await page.waitForURL((url) => url.searchParams.get("id") === similar[0]);
  assert.ok(await page.locator(".whole p").count() > 2);
  assert.deepEqual(complaints, []);
});

test("keys go from match to match in an article", async () => {
  await open("/article?" + new URLSearchParams({ id: "2024/2024-09-11-lu-quet-khe-muc.txt", q: "Khe Mực" }));
  const marks = await page.locator(".whole mark").count();
  assert.ok(marks > 2);
  for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
  const at = await page.evaluate(() => [...document.querySelectorAll(".whole mark")].indexOf(document.activeElement));
  assert.equal(at, 1);
  assert.deepEqual(complaints, []);
});

test("a concordance of nothing explains itself", async () => {
  await open("/kwic?" + new URLSearchParams({ q: "tự diện biến" }));
  assert.match(await page.locator(".message").innerText(), /Không bài nào có "tự diện biến" đúng dấu/);
  await accessible();
  await page.locator(".relaxations a").first().click();
  assert.ok(await page.locator(".kwic tbody tr").count() > 0);
  assert.deepEqual(complaints, []);
});

test("a page and all it loads is small", async () => {
  const bodies = [];
  page.on("response", (response) => bodies.push(response.body()));
  await open(search({ q: "tự diễn biến" }));
  await page.waitForLoadState("networkidle");
  const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
  assert.ok(bodies.length >= 3);
  assert.ok(bytes < 150_000, `${bytes} bytes`);
});

test("an article with a script in its title is text", async () => {
  for (const path of [search({ q: "\"chèn mã\"" }), "/kwic?" + new URLSearchParams({ q: "\"chèn mã\"" })]) {
    await open(path);
    assert.match(await page.locator("main").innerHTML(), /&lt;script&gt;/);
    assert.equal(await page.locator("main script").count(), 0);
  }
  await open(search({ q: "\"chèn mã\"" }));
  await page.locator(".hit a", { hasText: "<script>" }).first().click();
  await page.waitForURL(/article/);
  assert.match(await page.locator("h1").innerText(), /<script>alert\(1\)<\/script>/);
  assert.deepEqual(complaints, []);
});

test("everything is there without a script", async () => {
  await page.context().close();
  page = await visit({ javaScriptEnabled: false });
  await open("/");
  await page.locator("#q").fill('"tự diễn biến"');
  await page.locator("form.search button").click();
  assert.ok(await page.locator(".hit mark").count() > 0);
  await page.selectOption("#sort", "date");
  await page.locator("form.sort button").click();
  assert.match(page.url(), /sort=date/);
  await page.locator(".histogram a").first().click();
  assert.match(page.url(), /from=/);
  await page.locator(".tabs a").nth(1).click();
  assert.ok(await page.locator(".kwic tbody tr").count() > 0);
  await page.locator(".tabs a").nth(2).click();
  assert.equal(await page.locator(".lines svg").count(), 1);
  await page.locator(".languages a").click();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.equal(await page.locator(".tabs a").first().innerText(), "Results");
});

test("phones, wide screens, light and dark", async () => {
  for (const [name, width, colorScheme] of [["phone", 360, "light"], ["phone-dark", 390, "dark"], ["wide", 1920, "dark"]]) {
    await page.context().close();
    page = await visit({ viewport: { width, height: 800 }, colorScheme });
    for (const path of [search({ q: "tự diễn biến" }), "/kwic?" + new URLSearchParams({ q: "tự diễn biến" }), "/trends?" + new URLSearchParams({ q: "tự diễn biến", by: "year" }), "/"]) {
      await open(path);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${path} at ${width}: ${overflow} px too wide`);
      const cut = await page.locator(".lines .tick:visible").evaluateAll((ticks) => ticks.filter((tick) => tick.getBoundingClientRect().left < tick.closest(".lines").getBoundingClientRect().left).length);
      assert.equal(cut, 0, `${path} at ${width}: ${cut} numbers are cut off`);
      // Examples are written as they are typed.
      const changed = await page.locator(".tips dt").evaluateAll((examples) => examples.filter((example) => getComputedStyle(example, "::first-letter").textTransform !== "none").length);
      assert.equal(changed, 0);
      await accessible();
      if (path.startsWith("/?q")) await picture(name);
      if (path.startsWith("/kwic") && width === 360) await picture("phone-concordance");
    }
    assert.deepEqual(complaints, []);
  }
});

/** The views besides the list, the concordance and the trends. */
const views = {
  wordlist: "/wordlist?" + new URLSearchParams({ q: "tự diễn biến", size: "2" }),
  dispersion: "/dispersion?" + new URLSearchParams({ q: "tự diễn biến" }),
  "dispersion in an article": "/dispersion?" + new URLSearchParams({ q: "Khe Mực", id: "2024/2024-09-11-lu-quet-khe-muc.txt" }),
  compare: "/compare?" + new URLSearchParams([["q", "tự diễn biến"], ["q", "đại hội"]]),
  batch: "/batch?" + new URLSearchParams({ queries: "cử tri\nđại hội" }),
  "batch by year": "/batch?" + new URLSearchParams({ queries: "cử tri\nđại hội", by: "year" }),
  similar: "/similar?" + new URLSearchParams({ text: "lũ quét ở bản Khe Mực cuốn trôi nhà cửa" }),
  reprints: "/reprints",
  "reprints of a text": "/reprints?" + new URLSearchParams({ id: "2024/2024-09-11-lu-quet-khe-muc.txt" }),
  collocates: "/collocates?" + new URLSearchParams({ q: "tự diễn biến" }),
  keywords: "/keywords?" + new URLSearchParams({ q: "tự diễn biến" }),
  fillers: "/fillers?" + new URLSearchParams({ q: "tự * hóa" }),
  groups: "/kwic?" + new URLSearchParams({ q: "tự diễn biến", group: "right" }),
  status: "/status",
  help: "/help",
  form: "/form",
};

test("every view is accessible and small, in the light and the dark, on phones and wide screens", async () => {
  for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [360, "light"], [360, "dark"]]) {
    await page.context().close();
    page = await visit({ viewport: { width, height: 800 }, colorScheme });
    for (const [name, path] of Object.entries(views)) {
      const answer = await page.goto(site + path.slice(1));
      assert.equal(answer.status(), 200, name);
      assert.ok((await answer.body()).length < 150_000, name);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${name} at ${width}: ${overflow} px too wide`);
      await accessible();
    }
    assert.deepEqual(complaints, []);
  }
});

test("a field stands in the line of its label", async () => {
  for (const path of [views.wordlist, views.compare, views.dispersion, views.collocates, "/kwic?" + new URLSearchParams({ q: "tự diễn biến" })]) {
    await open(path);
    const apart = await page.locator(".choices label[for]:visible").evaluateAll((labels) => labels.filter((label) => {
      const [one, other] = [label, document.getElementById(label.htmlFor)].map((element) => element.getBoundingClientRect());
      return one.bottom <= other.top;
    }).map((label) => label.textContent));
    assert.deepEqual(apart, [], path);
  }
});

test("the tabs are one line on a screen of 1,280 px", async () => {
  for (const lang of ["vi", "en"]) {
    await open(search({ q: "đại hội", lang }));
    const lines = await page.locator(".tabs a").evaluateAll((tabs) => new Set(tabs.map((tab) => tab.offsetTop)).size);
    assert.equal(lines, 1, lang);
  }
});

test("on a phone the tab of the page is in sight", async () => {
  await page.context().close();
  page = await visit({ viewport: { width: 360, height: 800 } });
  for (const path of ["/kwic?" + new URLSearchParams({ q: "lũ" }), "/compare", "/similar"]) {
    await open(path);
    const [left, right] = await page.locator(".tabs [aria-current]").evaluate((tab) => [tab.getBoundingClientRect().left, tab.getBoundingClientRect().right]);
    assert.ok(left >= 0 && right <= 360, `${path}: ${left} to ${right}`);
    assert.equal(await page.evaluate(() => scrollX + scrollY), 0);
  }
});

test("on a phone the fields of a form are as wide as each other", async () => {
  await page.context().close();
  page = await visit({ viewport: { width: 360, height: 780 } });
  for (const [path, least] of [["/kwic?" + new URLSearchParams({ q: "tự diễn biến", sample: "100" }), 6], [views.wordlist, 4], [views.dispersion, 2]]) {
    await open(path);
    const edges = await page.locator("form.choices:not(.export form)").first().locator("select, input:not([type=hidden])").evaluateAll((fields) => fields.map((field) => { const { left, right } = field.getBoundingClientRect(); return `${Math.round(left)}–${Math.round(right)}`; }));
    assert.ok(edges.length >= least, path);
    assert.equal(new Set(edges).size, 1, `${path}: ${edges}`);
  }
});

test("no view overflows at 400 % or with a long word", async () => {
  const word = "nghiêng".repeat(30);
  await page.context().close();
  page = await visit({ viewport: { width: 320, height: 256 } });
  const long = ["/wordlist?q=", "/compare?q=%C4%91%E1%BA%A1i&q=", "/dispersion?q=", "/similar?text=", "/keywords?q=", "/fillers?q=*+", "/batch?queries="].map((path) => path + encodeURIComponent(word));
  for (const path of [...Object.values(views), ...long]) {
    await open(path);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${path}: ${overflow} px too wide`);
  }
});

test("a browser sees a page at every address", async () => {
  for (const path of ["/nowhere", "/api/v1/nowhere", "/api/v1/search?q=a&limit=x", "/kwic?q=a&sort=x", "/assets/x"]) {
    await open(path);
    assert.match(await page.locator("[role=alert]").innerText(), /^Có lỗi xảy ra/, path);
    await page.locator(".brand").click();
    await page.waitForURL(site);
  }
});

test("readers log in and out with a token", async () => {
  const tokens = join(index, "tokens");
  const token = execFileSync(timbao, ["token", "add", "lan", "--tokens", tokens, "--rights", "read"]).toString().trim();
  const guarded = spawn(timbao, ["serve", "--index", index, "--listen", "127.0.0.1:0", "--tokens", tokens], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const home = await new Promise((resolve) => guarded.stdout.once("data", (data) => resolve(data.toString().trim())));
    await page.goto(home + "?q=" + encodeURIComponent("đại hội"));
    assert.match(await page.locator("h1").innerText(), /Đăng nhập/);
    await accessible();
    await picture("login");
    await page.locator("#token").fill("sai");
    await page.keyboard.press("Enter");
    assert.match(await page.locator("[role=alert]").innerText(), /không đúng hoặc đã bị thu hồi/);
    await page.locator("#token").fill(token);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\?q=/);
    assert.ok(await page.locator(".hit").count() > 0);
    // A file that may not be downloaded is a page that says so.
    await page.locator("details.export summary").first().click();
    await page.locator("details.export a[href*='.xlsx']").first().click();
    await page.waitForURL(/\.xlsx/);
    assert.match(await page.locator("main").innerText(), /không cho phép/);
    complaints = complaints.filter((complaint) => !complaint.includes("403"));
    await page.locator("footer a", { hasText: "Tình trạng" }).click();
    assert.match(await page.locator("main").innerText(), /Đã đăng nhập với tên: lan[\s\S]*không cho tải tệp về/);
    await accessible();
    await page.locator("form[action='/logout'] button").click();
    await page.waitForURL(/login/);
    await page.goto(home);
    assert.match(await page.locator("h1").innerText(), /Đăng nhập/);
  } finally {
    guarded.kill("SIGTERM");
  }
});

/** The entries of a feed, as its XML has them. */
async function entries(href) {
  const answer = await page.request.get(new URL(href, site).href);
  assert.match(answer.headers()["content-type"], /^application\/atom\+xml/);
  return page.evaluate((xml) => {
    const feed = new DOMParser().parseFromString(xml, "application/xml");
    return [...feed.querySelectorAll("entry")].map((entry) => ["id", "title", "updated"].map((name) => entry.querySelector(name).textContent));
  }, await answer.text());
}

test("a search is followed by its feed, saved under a name and removed", async () => {
  const query = { q: '"tự diễn biến"', from: "2020", unique: "true" };
  await open(search(query));
  const found = await page.locator(".hit").count();
  assert.ok(found > 0);
  await page.locator(".follow summary").click();
  await accessible();
  const feed = await page.locator(".follow a[type='application/atom+xml']").getAttribute("href");
  assert.equal(await page.locator("head link[type='application/atom+xml']").getAttribute("href"), feed);
  const all = await entries(feed);
  assert.equal(all.length, found);
  assert.equal(new Set(all.map(([id]) => id)).size, found);
  assert.ok(all.every(([, title, updated]) => title && !Number.isNaN(Date.parse(updated))));

  const name = "Chống “tự diễn biến” <2020>";
  await page.locator(".follow input[name=name]").fill(name);
  await page.locator(".follow form button").click();
  await page.waitForURL(/\/searches/);
  assert.match(await page.locator(".note").innerText(), new RegExp(`Đã lưu: ${name}`));
  const listed = page.locator(".searches > li", { hasText: name });
  assert.equal(await listed.count(), 1);
  await accessible();
  await picture("searches");
  assert.deepEqual(await entries(await listed.locator("a[type='application/atom+xml']").getAttribute("href")), all);
  // `timbao alerts` reads what the page has saved.
  const alerts = execFileSync(timbao, ["alerts", "--index", index, "--list-searches"]).toString();
  assert.match(alerts, /Chống “tự diễn biến” <2020>/);

  await listed.locator("a", { hasText: name }).click();
  await page.waitForURL(/date=2020/);
  // A feed has every text once, the list every publication.
  assert.ok(await page.locator(".hit").count() >= found);
  assert.equal(await page.locator("#q").inputValue(), query.q);
  await page.goBack();
  await listed.locator("button").click();
  await page.waitForURL((url) => !url.searchParams.has("saved"));
  assert.equal(await listed.count(), 0);
  assert.deepEqual(complaints, []);
});

test("Vietnamese text in the other views is marked on their English pages", async () => {
  const more = ["/dispersion?" + new URLSearchParams({ q: "tự diễn biến", by: "section" }), "/kwic?" + new URLSearchParams({ q: "tự diễn biến", group: "section" })];
  for (const path of [...Object.entries(views).filter(([name]) => !["help", "form"].includes(name)).map(([, path]) => path), ...more]) {
    await open(path + (path.includes("?") ? "&" : "?") + "lang=en");
    const unmarked = await page.evaluate(() => {
      const found = [];
      const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const parent = text.parentElement;
        if (/[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i.test(text.data) && !parent.closest("[lang=vi], svg, option")) found.push(text.data);
      }
      return found;
    });
    assert.deepEqual(unmarked, [], path);
  }
});
