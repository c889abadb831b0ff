(function () {
  "use strict";
  var doc = document, script = doc.currentScript;
  if (!script) return;
  var mark = script.dataset, text = mark.text || "", root;
  var plain = script.previousElementSibling;
  if (plain && plain.hasAttribute("data-gatehouse")) plain.remove();
  script.remove();
  var host = doc.createElement("div"), canvas = doc.createElement("canvas");
  var look = {
    display: "block", visibility: "visible", position: "fixed", inset: "0", margin: "0",
    padding: "0", border: "0", width: "100%", height: "100%", "max-width": "none", "max-height": "none",
    overflow: "hidden", background: "transparent", opacity: "1", transform: "none", translate: "none", filter: "none",
    "clip-path": "none", mask: "none", "mix-blend-mode": "normal", "content-visibility": "visible", animation: "none",
    "pointer-events": "none", "user-select": "none", "z-index": "2147483647", "print-color-adjust": "exact"
  };
  function dress(element) {
    for (var name in look) element.style.setProperty(name, look[name], "important");
  }
  function halo(colour) {
    var n = parseInt(colour.slice(1), 16), light = (n >> 16) * 3 + (n >> 8 & 255) * 6 + (n & 255);
    return light > 1280 ? "#000" : "#fff";
  }
  function draw() {
    var ratio = Math.min(devicePixelRatio || 1, 2), width = innerWidth, height = innerHeight;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    var pen = canvas.getContext("2d");
    if (!pen) return;
    pen.scale(ratio, ratio);
    var alpha = mark.opacity / 1000;
    pen.fillStyle = mark.colour;
    pen.strokeStyle = halo(mark.colour);
    pen.lineWidth = mark.size / 8;
    pen.lineJoin = "round";
    pen.font = mark.size + 'px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
    pen.textBaseline = "middle";
    var across = pen.measureText(text).width + +mark.gap, down = +mark.size + +mark.gap;
    var reach = Math.sqrt(width * width + height * height) / 2 + across, odd = 0;
    pen.translate(width / 2, height / 2);
    pen.rotate(mark.angle * Math.PI / 180);
    for (var y = -reach; y < reach; y += down, odd = 1 - odd)
      for (var x = -reach - odd * across / 2; x < reach; x += across) {
        pen.globalAlpha = Math.min(alpha * 1.5, 1);
        pen.strokeText(text, x, y);
        pen.globalCompositeOperation = "destination-out";
        pen.globalAlpha = 1;
        pen.fillText(text, x, y);
        pen.globalCompositeOperation = "source-over";
        pen.globalAlpha = alpha;
        pen.fillText(text, x, y);
      }
  }
  function lift() {
    try {
      if (host.matches(":popover-open")) host.hidePopover();
      host.showPopover();
    } catch (_) { }
  }
  function attach() {
    if (root !== doc.documentElement && (root = doc.documentElement))
      new MutationObserver(attach).observe(root, { childList: true });
    if (root && doc.body && host.parentNode !== root) {
      root.appendChild(host);
      lift();
    }
  }
  var waiting = 0;
  function redraw() {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(draw);
  }
  host.setAttribute("aria-hidden", "true");
  host.setAttribute("popover", "manual");
  dress(host);
  dress(canvas);
  host.attachShadow({ mode: "closed" }).appendChild(canvas);
  var watch = new MutationObserver(function () {
    dress(host);
    watch.takeRecords();
  });
  watch.observe(host, { attributes: true, attributeFilter: ["style", "class", "hidden"] });
  addEventListener("resize", redraw);
  addEventListener("beforeprint", draw);
  doc.addEventListener("fullscreenchange", lift);
  setInterval(attach, 1000);
  draw();
  attach();
})();
