"""What the commands say beside diagnostics, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from generator.diagnostics import Language

WORDS: Mapping[str, tuple[str, str]] = {
    "built": (
        "共 {targets} 个文件：生成 {made}，未变 {same}，删除 {removed}，用时 {seconds} 秒",
        "{targets} files: {made} made, {same} unchanged, {removed} removed, in {seconds} s",
    ),
    "due": ("下次会自动变化的日子：{due}（到那天请再生成一次）", "the site changes by itself on {due}: build again on that day"),
    "failed": ("没有生成：{errors} 个错误，{warnings} 个警告。上一次的网站没有改动。", "nothing was built: {errors} errors, {warnings} warnings. The last good site is untouched."),
    "partly": ("有 {errors} 个错误，出错的页面保留上一次的样子。", "{errors} errors; the pages concerned stay as they were."),
    "warned": ("{warnings} 个警告", "{warnings} warnings"),
    "busy": ("另一个生成正在进行，这次没有用到以前的结果。", "another build is running; this one did without earlier results."),
    "checked": ("检查完毕：{errors} 个错误，{warnings} 个警告，{notes} 个提示", "checked: {errors} errors, {warnings} warnings, {notes} notes"),
    "strict": ("--strict：警告也算错误", "--strict: warnings count as errors"),
    "serving": ("网站在 {url} ，保存文件后页面会自动更新。按 Ctrl+C 结束。", "the site is at {url} and follows your edits. Press Ctrl+C to stop."),
    "port": ("端口 {port} 已被占用，用 --port 换一个，例如 --port {other}", "port {port} is taken; choose another, for example --port {other}"),
    "host": ("只能在本机上预览：--host 只接受 127.0.0.1、::1 或 localhost", "the preview is for this computer only: --host takes 127.0.0.1, ::1 or localhost"),
    "fault": ("程序出了故障：{error}。详情保存在 {file}，请发给开发者。", "the program failed: {error}. Details were saved in {file}; please send them to its developers."),
    "fault-lost": ("程序出了故障：{error}。", "the program failed: {error}."),
    "stages": ("各阶段用时（秒；几个进程同时做的，各算各的）：", "seconds by stage (what several processes did at once is counted for each):"),
    "stage-scan": ("列出文件", "listing files"),
    "stage-read": ("读取文件", "reading files"),
    "stage-decode": ("解析内容", "decoding entries"),
    "stage-link": ("核对引用", "checking references"),
    "stage-plan": ("安排页面", "planning the pages"),
    "stage-verify": ("判断哪些要重做", "deciding what to make again"),
    "stage-make": ("生成页面", "making pages"),
    "stage-write": ("写入文件", "writing files"),
    "stage-store": ("存取上次的结果", "loading and saving what is remembered"),
    "slowest-targets": ("最慢的十个文件（秒）：", "the ten slowest files (seconds):"),
    "slowest-makers": ("最慢的十个模板（秒，个数）：", "the ten slowest templates (seconds, files):"),
    "stopped": ("已停止。", "stopped."),
    "no-page": ("没有网址为“{url}”的页面", "there is no page at “{url}”"),
    "near-page": ("没有网址为“{url}”的页面；是不是 {near}？", "there is no page at “{url}”; did you mean {near}?"),
    "page": ("页面 {path}，由 {maker} 生成", "{path}, made by {maker}"),
    "last": ("上次生成的原因：{reason}", "last made because: {reason}"),
    "never": ("还没有生成过", "it was never made"),
    "fresh": ("现在：不用重新生成", "now: up to date"),
    "dirty": ("现在：下次会重新生成，因为{reason}", "now: the next build makes it again, because {reason}"),
    "asked": ("它用到了这些（* 表示已经变了）：", "it was made from these (* marks what has changed since):"),
    "reason-new": ("以前没有", "it is new"),
    "reason-target": ("生成它的方式变了", "the way in which it is made changed"),
    "reason-query": ("{query} 变了", "{query} changed"),
    "reason-missing": ("输出文件不见了", "the output file is missing"),
    "reason-damaged": ("输出文件被改过", "the output file was altered"),
    "reason-forced": ("要求全部重新生成", "everything was to be made again"),
    "made-because": ("{path}：{reason}", "{path}: {reason}"),
    "exists": ("{file} 已经存在，没有改动它", "{file} exists already and was left alone"),
    "taken": ("编号“{id}”已经用过，在 {file} 里", "the id “{id}” is already taken, in {file}"),
    "created": ("写好了 {file} ，打开它，把每一行填好", "wrote {file}; open it and fill in each line"),
    "collection": ("没有叫“{name}”的栏目；可用的：{known}", "there is no collection “{name}”; choose from: {known}"),
    "slug": ("编号“{slug}”只能用小写英文字母、数字和连字符，例如 {guess}", "the id “{slug}” may hold only lower-case letters, digits and hyphens, for example {guess}"),
    "inside": ("输出文件夹不能是“{path}”：那里有网站的源文件", "the output cannot be “{path}”: the sources of the site are there"),
    "unwritable": ("写不了 {file}：{why}", "{file} cannot be written: {why}"),
    "rebuilt": ("{time} 更新了 {made} 个文件，用时 {seconds} 秒", "{time} {made} files made in {seconds} s"),
    "broken": ("{time} 有 {errors} 个错误，页面保持上一次的样子", "{time} {errors} errors, the pages stay as they were"),
    "address": ("不能在 {host} 的端口 {port} 上预览：{why}", "cannot serve on {host} port {port}: {why}"),
    "overlay": ("{errors} 个错误，页面保持上一次的样子", "{errors} errors; the page stays as it was"),
    "overlay-close": ("关闭（Esc）", "Close (Esc)"),
    "overlay-wait": ("网站还没有生成。改好错误并保存，这一页会自动变成网站。", "The site is not built yet. Correct the errors and save: this page then turns into the site."),
    "overlay-absent": ("没有这一页", "There is no such page"),
    "elsewhere": ("只回答本机浏览器直接打开的预览网址。", "Only requests from this computer to the address of the preview are answered."),
}  # fmt: skip
"""Key -> (Chinese, English); names in braces are filled in."""


def say(language: Language, key: str, **values: object) -> str:
    """One of the sentences, filled in."""
    return WORDS[key][language == "en"].format_map(values)
