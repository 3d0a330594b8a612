// Reads a QR code by the camera into a field and sends its form, where the browser can; else nothing of it is shown.
const PAUSE_MS = 150;
const reads = async () => {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await window.BarcodeDetector.getSupportedFormats()).includes("qr_code");
};
const prepare = place => {
  const field = document.getElementById(place.dataset.qrCamera), video = place.querySelector("video");
  const start = place.querySelector("[data-start]"), view = place.querySelector(".camera"), problem = place.querySelector("[role=alert]");
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  let stream = null;
  const stop = () => {
    stream?.getTracks().forEach(track => track.stop());
    stream = video.srcObject = null;
    view.hidden = true;
    start.hidden = false;
  };
  const look = async seen => {
    if (stream !== seen) return;
    const [found] = video.readyState >= 2 ? await detector.detect(video) : [];
    if (stream !== seen) return;
    if (!found?.rawValue) { setTimeout(() => look(seen).catch(fail), PAUSE_MS); return; }
    field.value = found.rawValue.trim().slice(0, field.maxLength);
    stop();
    field.form.requestSubmit();
  };
  const fail = () => { stop(); problem.hidden = false; };
  start.addEventListener("click", async () => {
    problem.hidden = start.hidden = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      video.srcObject = stream;
      view.hidden = false;
      place.querySelector("[data-stop]").focus();
      video.play().catch(() => {});  // stopped before the first picture came
      await look(stream);
    } catch { fail(); }
  });
  place.querySelector("[data-stop]").addEventListener("click", () => { stop(); start.focus(); });
  window.addEventListener("pagehide", stop);
  place.hidden = false;
};
const places = document.querySelectorAll("[data-qr-camera]");
if (places.length && await reads()) places.forEach(prepare);
