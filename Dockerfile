# docker build -t lstm-shapes .
# docker run --rm -p 8501:8501 lstm-shapes          then open http://localhost:8501
#
# On Linux pip's default torch brings several gigabytes of CUDA libraries that this app does not use. PyTorch's
# "Get started" page names a package index of CPU builds; with its address the image stays small:
# docker build -t lstm-shapes --build-arg TORCH_INDEX_URL=… .

ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS packages
ARG TORCH_INDEX_URL=""
WORKDIR /packages
COPY requirements.txt ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        ${TORCH_INDEX_URL:+--extra-index-url "$TORCH_INDEX_URL"} -r requirements.txt \
    && /opt/venv/bin/python -c "import torch; print('torch', torch.__version__)"

FROM ${PYTHON_IMAGE}
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin app
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY LICENSE app.py ./
COPY .streamlit .streamlit
COPY lstm_viz lstm_viz
COPY pages pages

# Inside a container the outside decides who may come in: -p 127.0.0.1:8501:8501 keeps it to this machine.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_ALLOWED_HOSTS=* \
    STREAMLIT_BROWSER_SERVER_ADDRESS=localhost

USER 10001
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['STREAMLIT_SERVER_PORT'] + '/_stcore/health', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "app.py"]
